extension Schema {
    static let version5 = """
        -- The messages whose outcome is unknown: few, and looked through for others to the same person. Kept by triggers,
        -- because a message enters that state and leaves it by many ways; those that never do pay for nothing.
        CREATE TABLE doubt (
            message INTEGER PRIMARY KEY
        ) STRICT;
        CREATE TRIGGER doubt_inserted AFTER INSERT ON progress WHEN NEW.state = 4 BEGIN
            INSERT OR IGNORE INTO doubt (message) VALUES (NEW.message);
        END;
        CREATE TRIGGER doubt_begins AFTER UPDATE OF state ON progress WHEN NEW.state = 4 AND OLD.state <> 4 BEGIN
            INSERT OR IGNORE INTO doubt (message) VALUES (NEW.message);
        END;
        CREATE TRIGGER doubt_ends AFTER UPDATE OF state ON progress WHEN OLD.state = 4 AND NEW.state <> 4 BEGIN
            DELETE FROM doubt WHERE message = OLD.message;
        END;
        CREATE TRIGGER doubt_pruned AFTER DELETE ON progress WHEN OLD.state = 4 BEGIN
            DELETE FROM doubt WHERE message = OLD.message;
        END;
        INSERT INTO doubt (message) SELECT message FROM progress WHERE state = 4;
        """
}

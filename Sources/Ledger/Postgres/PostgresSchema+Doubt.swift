extension PostgresSchema {
    static let version4 = """
        -- The messages whose outcome is unknown: few, and looked through for others to the same person. Kept by triggers,
        -- because a message enters that state and leaves it by many ways; those that never do pay for nothing.
        CREATE TABLE doubt (
            message bigint PRIMARY KEY
        );

        CREATE FUNCTION note_doubt() RETURNS trigger LANGUAGE plpgsql AS $function$
        BEGIN
            INSERT INTO doubt (message) VALUES (NEW.message) ON CONFLICT DO NOTHING;
            RETURN NULL;
        END
        $function$;

        CREATE FUNCTION end_doubt() RETURNS trigger LANGUAGE plpgsql AS $function$
        BEGIN
            DELETE FROM doubt d WHERE d.message = OLD.message;
            RETURN NULL;
        END
        $function$;

        CREATE TRIGGER doubt_inserted AFTER INSERT ON progress FOR EACH ROW WHEN (NEW.state = 4)
        EXECUTE FUNCTION note_doubt();
        CREATE TRIGGER doubt_begins AFTER UPDATE ON progress FOR EACH ROW WHEN (NEW.state = 4 AND OLD.state <> 4)
        EXECUTE FUNCTION note_doubt();
        CREATE TRIGGER doubt_ends AFTER UPDATE ON progress FOR EACH ROW WHEN (OLD.state = 4 AND NEW.state <> 4)
        EXECUTE FUNCTION end_doubt();
        CREATE TRIGGER doubt_pruned AFTER DELETE ON progress FOR EACH ROW WHEN (OLD.state = 4)
        EXECUTE FUNCTION end_doubt();
        INSERT INTO doubt (message) SELECT p.message FROM progress p WHERE p.state = 4;

        \(PostgresFunctions.claim)
        \(PostgresFunctions.find)
        \(PostgresFunctions.record)
        """
}

/// What the recorder writes.
extension PostgresFunctions {
    static let record = """
        CREATE OR REPLACE FUNCTION record_status(
            the_app text, the_message_id text, the_sid text, the_rank integer, the_status text, is_final boolean,
            is_provider_word boolean, implied_state integer, the_attempt bigint, the_provider_status text,
            the_error_code bigint, the_recipient text, the_program text, the_at bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $function$
        DECLARE
            the_message bigint;
            is_new boolean := false;
            known progress;
            reported bigint;
            settles boolean;
        BEGIN
            IF the_message_id IS NULL THEN
                SELECT i.message INTO the_message FROM provider_id i WHERE i.sid = the_sid;
            ELSE
                SELECT m.id INTO the_message FROM message m
                WHERE m.app = the_app AND m.message_id = the_message_id;
                IF NOT FOUND AND implied_state IS NOT NULL THEN
                    -- This ledger never saw it, because it was replaced or restored: it must not be sent again either.
                    INSERT INTO message (app, message_id, first_seen, program, recipient)
                    VALUES (the_app, the_message_id, the_at, the_program, the_recipient)
                    ON CONFLICT (app, message_id) DO NOTHING RETURNING id INTO the_message;
                    is_new := FOUND;
                    IF NOT is_new THEN
                        SELECT m.id INTO the_message FROM message m
                        WHERE m.app = the_app AND m.message_id = the_message_id;
                    END IF;
                END IF;
            END IF;
            IF the_message IS NULL THEN
                RETURN false;
            END IF;
            IF is_new THEN
                INSERT INTO progress (message, state, attempt, changed_at, sid, provider_status)
                VALUES (the_message, implied_state, greatest(coalesce(the_attempt, 1), 0), the_at, the_sid,
                    the_provider_status);
            ELSE
                PERFORM make_progress(the_message);
                SELECT * INTO known FROM progress p WHERE p.message = the_message FOR UPDATE;
                -- The provider has the message, whatever the ledger thought: it must not be sent again. A worker that is
                -- at another attempt cannot be stopped; the SID is kept for when that comes to anything else.
                reported := coalesce(the_attempt, known.attempt);
                settles := known.state IN (0, 4) OR known.state = 1 AND reported = known.attempt;
                IF is_provider_word AND the_sid IS NOT NULL AND (settles OR known.sid IS NULL) THEN
                    UPDATE progress p SET state = CASE WHEN settles THEN 2 ELSE p.state END,
                        attempt = CASE WHEN settles THEN greatest(reported, 1) ELSE p.attempt END,
                        changed_at = CASE WHEN settles THEN the_at ELSE p.changed_at END,
                        sid = coalesce(p.sid, the_sid),
                        provider_status = coalesce(p.provider_status, the_provider_status)
                    WHERE p.message = the_message;
                END IF;
            END IF;
            IF is_provider_word AND the_sid IS NOT NULL THEN
                -- What looks for a lost call must not take it for another's, whatever attempt it was of.
                INSERT INTO provider_id (sid, message) VALUES (the_sid, the_message) ON CONFLICT (sid) DO NOTHING;
            END IF;
            UPDATE progress p SET status = the_status, rank = the_rank, status_at = the_at,
                final_at = CASE WHEN is_final THEN the_at ELSE p.final_at END,
                error_code = coalesce(the_error_code, p.error_code)
            WHERE p.message = the_message AND p.rank < the_rank;
            RETURN FOUND;
        END
        $function$;
        """

    static let link = """
        -- What the worker tells once of every message makes it known by the provider's id and as what a reply answers.
        CREATE FUNCTION link_message(
            the_app text, the_message_id text, the_sid text, the_recipient text, the_program text,
            the_metadata text, the_at bigint
        ) RETURNS void LANGUAGE plpgsql AS $function$
        DECLARE
            known message;
        BEGIN
            SELECT * INTO known FROM message m WHERE m.app = the_app AND m.message_id = the_message_id;
            IF NOT FOUND THEN
                RETURN;
            END IF;
            IF the_sid IS NOT NULL THEN
                INSERT INTO provider_id (sid, message) VALUES (the_sid, known.id) ON CONFLICT (sid) DO NOTHING;
            END IF;
            the_recipient := coalesce(the_recipient, known.recipient);
            the_program := coalesce(the_program, known.program);
            IF the_recipient IS NULL OR the_program IS NULL THEN
                RETURN;
            END IF;
            INSERT INTO conversation AS c (recipient, program, id, app, message_id, metadata, at)
            VALUES (the_recipient, the_program, replace(gen_random_uuid()::text, '-', ''), the_app, the_message_id,
                the_metadata, the_at)
            ON CONFLICT (recipient, program) DO UPDATE
            SET app = excluded.app, message_id = excluded.message_id, metadata = excluded.metadata, at = excluded.at
            WHERE excluded.at >= c.at;
        END
        $function$;
        """

    /// - Parameter firstEpoch: of a person's first word about something: 1 or `first_epoch`, which no word had before that
    ///   was erased. An erasure that is under way is waited for.
    static func applyConsent(firstEpoch: String) -> String {
        let counted = """
            SELECT 1 + 1000000 * l.erasures INTO first_epoch FROM ledger l FOR SHARE;
            """
        return """
            -- A change applies by its time of receipt, at a tie revoking wins, and each SID of the provider once, to all
            -- that it covers.
            CREATE OR REPLACE FUNCTION apply_consent(
                the_kind text, the_recipient text, the_programs text[], the_evidence text, is_sid boolean,
                the_keyword text, the_at bigint
            ) RETURNS boolean LANGUAGE plpgsql AS $function$
            DECLARE
                the_program text;
                is_last_word boolean := false;
                first_epoch bigint;
            BEGIN
                \(firstEpoch == "1" ? "" : counted)
                IF is_sid THEN
                    INSERT INTO evidence (sid, at) VALUES (the_evidence, the_at) ON CONFLICT (sid) DO NOTHING;
                    IF NOT FOUND THEN
                        RETURN false;
                    END IF;
                END IF;
                FOREACH the_program IN ARRAY the_programs LOOP
                    INSERT INTO consent AS c (recipient, program, kind, epoch, at, evidence, keyword)
                    VALUES (the_recipient, the_program, the_kind, \(firstEpoch), the_at, the_evidence, the_keyword)
                    ON CONFLICT (recipient, program) DO UPDATE
                    SET kind = excluded.kind, epoch = c.epoch + 1, at = excluded.at, evidence = excluded.evidence,
                        keyword = excluded.keyword
                    WHERE excluded.at > c.at
                        OR excluded.at = c.at AND excluded.kind = 'revoked' AND c.kind <> 'revoked';
                    is_last_word := is_last_word OR FOUND;
                END LOOP;
                RETURN is_last_word;
            END
            $function$;
            """
    }

    /// - Parameter step: what goes before.
    static func adoptConsent(before step: String) -> String {
        """
        -- Moves what stands under older tokens to the newest one, the first, so that an old key is needed no longer. The
        -- epochs are added up: the sum over all tokens stays.
        CREATE OR REPLACE FUNCTION adopt_consent(the_recipients text[]) RETURNS void LANGUAGE plpgsql AS $function$
        DECLARE
            old consent;
        BEGIN
            \(step)
            FOR old IN
                SELECT * FROM consent c
                WHERE c.recipient = ANY (the_recipients[2:]) AND c.recipient <> the_recipients[1]
                ORDER BY c.recipient, c.program FOR UPDATE
            LOOP
                INSERT INTO consent AS c (recipient, program, kind, epoch, at, evidence, keyword)
                VALUES (the_recipients[1], old.program, old.kind, old.epoch, old.at, old.evidence, old.keyword)
                ON CONFLICT (recipient, program) DO UPDATE SET epoch = c.epoch + excluded.epoch;
                UPDATE consent c SET kind = old.kind, at = old.at, evidence = old.evidence, keyword = old.keyword
                WHERE c.recipient = the_recipients[1] AND c.program = old.program
                    AND (old.at > c.at OR old.at = c.at AND old.kind = 'revoked' AND c.kind <> 'revoked');
                DELETE FROM consent c WHERE c.recipient = old.recipient AND c.program = old.program;
            END LOOP;
        END
        $function$;
        """
    }

    static let consent = """
        \(applyConsent(firstEpoch: "1"))

        \(adoptConsent(before: ""))

        CREATE FUNCTION note_tick(the_bridge text, the_at bigint, is_leaving boolean, forget_before bigint)
        RETURNS void LANGUAGE plpgsql AS $function$
        BEGIN
            INSERT INTO bridge AS b (id, at, has_left) VALUES (the_bridge, the_at, is_leaving)
            ON CONFLICT (id) DO UPDATE SET at = excluded.at, has_left = excluded.has_left
            WHERE excluded.at > b.at OR excluded.at = b.at AND excluded.has_left;
            IF is_leaving THEN
                DELETE FROM bridge b WHERE b.has_left AND b.at < forget_before;
            END IF;
        END
        $function$;
        """
}

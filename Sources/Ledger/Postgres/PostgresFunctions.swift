/// The ledger's calls as functions of the database, so that a batch of them is one round trip.
///
/// Each sees what others have committed by the time of each of its statements (READ COMMITTED), changes a row only by
/// naming the state that it starts from, and locks a row before it reads what it will decide upon. NULL for an answer
/// means that the message was never claimed. A later version adds functions under new names, or replaces one by what older
/// programs can go on with as well while a newer one migrates.
enum PostgresFunctions {
    static let version1 = [
        confirm, facts, claim, begin, settle, makeProgress, find, close, reopen, record, link, consent, keys,
    ].joined(separator: "\n")

    private static let confirm = """
        CREATE FUNCTION confirm_ledger(the_id text) RETURNS void LANGUAGE plpgsql AS $function$
        BEGIN
            IF NOT EXISTS (SELECT FROM ledger l WHERE l.id = the_id) THEN
                RAISE EXCEPTION USING ERRCODE = '\(PostgresSchema.replaced)', MESSAGE = 'this is another ledger';
            END IF;
        END
        $function$;
        """

    /// Consent and horizon come from one snapshot: where a tick is seen, so is every change before it.
    private static let facts = """
        CREATE FUNCTION facts(the_recipients text[], the_program text)
        RETURNS TABLE (kind text, epoch bigint, at bigint, known_at bigint) LANGUAGE sql STABLE AS $function$
            WITH words AS (
                SELECT c.kind, c.epoch, c.at FROM unnest(the_recipients) AS t(token)
                JOIN consent c ON c.recipient = t.token AND c.program IN (the_program, '*')
            ), last AS (
                -- Later wins, and at a tie revoking.
                SELECT w.kind, w.at FROM words w ORDER BY w.at DESC, w.kind DESC LIMIT 1
            )
            SELECT (SELECT l.kind FROM last l), coalesce((SELECT sum(w.epoch) FROM words w), 0)::bigint,
                (SELECT l.at FROM last l), (SELECT min(b.at) FROM bridge b WHERE NOT b.has_left)
        $function$;
        """

    /// An old message that is claimed is in use, and is not pruned for a while; one that is pruned meanwhile is done again.
    static let claim = """
        CREATE OR REPLACE FUNCTION claim(
            the_app text, the_message_id text, the_now bigint, the_program text, the_class text, the_purpose text,
            the_channel text, the_hash bytea, the_recipient text, the_older_hashes text[], may_have_been_called boolean,
            the_first_seen bigint
        ) RETURNS TABLE (
            is_same boolean, state smallint, attempt bigint, first_seen bigint, changed_at bigint, worker text,
            status text, error_code bigint, sid text, provider_status text, deferral_reason text, record bytea
        ) LANGUAGE plpgsql AS $function$
        #variable_conflict use_column
        DECLARE
            the_message bigint;
            is_the_same boolean;
        BEGIN
            INSERT INTO message
                (app, message_id, first_seen, program, class, purpose, channel, request_hash, recipient)
            VALUES (the_app, the_message_id, the_now, the_program, the_class, the_purpose, the_channel, the_hash,
                the_recipient)
            ON CONFLICT (app, message_id) DO NOTHING RETURNING id INTO the_message;
            IF FOUND THEN
                IF may_have_been_called OR the_first_seen < (SELECT l.restored_at FROM ledger l) THEN
                    -- It may have been sent before this ledger knew of it.
                    INSERT INTO progress (message, state, attempt, changed_at) VALUES (the_message, 4, 1, the_now);
                    RETURN QUERY SELECT true, 4::smallint, 1::bigint, the_now, the_now, NULL, NULL, NULL::bigint, NULL,
                        NULL, NULL, NULL::bytea;
                    RETURN;
                END IF;
                RETURN QUERY SELECT true, 0::smallint, 0::bigint, the_now, the_now, NULL, NULL, NULL::bigint, NULL, NULL,
                    NULL, NULL::bytea;
                RETURN;
            END IF;
            SELECT m.id, m.request_hash = the_hash OR encode(m.request_hash, 'hex') = ANY (the_older_hashes)
            INTO the_message, is_the_same
            FROM message m WHERE m.app = the_app AND m.message_id = the_message_id;
            UPDATE message m SET seen_at = the_now
            WHERE m.id = the_message AND the_now - greatest(m.first_seen, m.seen_at) > \(PruneProgress.day);
            IF is_the_same IS NULL THEN
                -- Only a status was known of it. Another claim may be faster, and then this one is compared with it.
                UPDATE message m SET program = the_program, class = the_class, purpose = the_purpose,
                    channel = the_channel, request_hash = the_hash, recipient = the_recipient
                WHERE m.id = the_message AND m.request_hash IS NULL;
                SELECT m.request_hash = the_hash OR encode(m.request_hash, 'hex') = ANY (the_older_hashes)
                INTO is_the_same FROM message m WHERE m.id = the_message;
            END IF;
            IF is_the_same AND the_recipient IS NOT NULL THEN
                -- Both are written under the newest key.
                -- From what has ended the recipient may have been erased, and a repeat does not bring it back.
                UPDATE message m SET request_hash = the_hash,
                    recipient = CASE WHEN m.recipient IS NULL AND EXISTS (
                            SELECT FROM progress p WHERE p.message = m.id AND p.state IN (2, 3, 5, 6))
                        THEN NULL ELSE the_recipient END
                WHERE m.id = the_message
                    AND (m.recipient IS DISTINCT FROM the_recipient OR m.request_hash IS DISTINCT FROM the_hash);
            END IF;
            IF EXISTS (
                SELECT FROM ledger l JOIN standing s ON s.id = the_message AND s.state = 0
                    AND greatest(s.first_seen, s.changed_at) < l.restored_at
            ) THEN
                -- It may have been sent after the copy was made.
                PERFORM make_progress(the_message);
                UPDATE progress p SET state = 4, attempt = greatest(p.attempt, 1), changed_at = the_now
                WHERE p.message = the_message AND p.state = 0;
            END IF;
            RETURN QUERY SELECT is_the_same, s.state, s.attempt, s.first_seen, s.changed_at, s.worker, s.status,
                s.error_code, s.sid, s.provider_status, s.deferral_reason, d.record
            FROM standing s LEFT JOIN decision d ON d.id = s.decision WHERE s.id = the_message;
            IF NOT FOUND THEN
                RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'the message was pruned meanwhile';
            END IF;
        END
        $function$;
        """

    /// No row means that the message was never claimed.
    private static let begin = """
        CREATE FUNCTION begin_attempt(
            the_app text, the_message_id text, the_attempt bigint, the_previous bigint, the_worker text,
            the_recipients text[], the_program text, the_epoch bigint, the_decision bytea, the_now bigint,
            is_expired boolean
        ) RETURNS TABLE (
            answer text, state smallint, attempt bigint, changed_at bigint, worker text, status text,
            error_code bigint, sid text, provider_status text
        ) LANGUAGE plpgsql AS $function$
        #variable_conflict use_column
        DECLARE
            the_message bigint;
            is_allowed boolean;
        BEGIN
            SELECT m.id INTO the_message FROM message m WHERE m.app = the_app AND m.message_id = the_message_id;
            IF NOT FOUND THEN
                RETURN;
            END IF;
            SELECT NOT is_expired AND f.epoch = the_epoch INTO is_allowed FROM facts(the_recipients, the_program) f;
            IF is_allowed THEN
                IF the_attempt = 1 THEN
                    INSERT INTO progress AS p (message, state, attempt, changed_at, worker, decision)
                    VALUES (the_message, 1, 1, the_now, the_worker, the_decision)
                    ON CONFLICT (message) DO UPDATE
                    SET state = 1, attempt = 1, changed_at = the_now, worker = the_worker, decision = the_decision
                    WHERE p.state = 0 AND p.attempt = 0;
                ELSE
                    UPDATE progress p SET state = 1, attempt = the_attempt, changed_at = the_now,
                        worker = the_worker, decision = the_decision
                    WHERE p.message = the_message AND p.state IN (0, 4) AND p.attempt = the_previous;
                END IF;
                IF FOUND THEN
                    answer := 'granted';
                    RETURN NEXT;
                    RETURN;
                END IF;
            END IF;
            RETURN QUERY SELECT
                CASE WHEN NOT is_allowed AND s.state IN (0, 4) AND s.attempt = the_previous
                    THEN 'facts changed' ELSE 'superseded' END,
                s.state, s.attempt, s.changed_at, s.worker, s.status, s.error_code, s.sid, s.provider_status
            FROM standing s WHERE s.id = the_message;
        END
        $function$;
        """

    static let accept = """
        -- An answer also settles an attempt that was given up for unknown, or that a callback has settled before.
        CREATE OR REPLACE FUNCTION accept_attempt(
            the_app text, the_message_id text, the_attempt bigint, the_worker text, the_sid text,
            the_provider_status text, the_rank integer, the_status text, the_now bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $function$
        DECLARE
            the_message bigint;
        BEGIN
            SELECT m.id INTO the_message FROM message m WHERE m.app = the_app AND m.message_id = the_message_id;
            IF NOT FOUND THEN
                RETURN NULL;
            END IF;
            UPDATE progress p SET state = 2, changed_at = the_now, sid = the_sid,
                provider_status = the_provider_status,
                status = CASE WHEN p.rank < the_rank THEN the_status ELSE p.status END,
                rank = greatest(p.rank, the_rank)
            WHERE p.message = the_message AND p.attempt = the_attempt
                AND (p.state IN (1, 4) AND p.worker = the_worker OR p.state = 2 AND p.sid = the_sid);
            IF NOT FOUND THEN
                RETURN false;
            END IF;
            -- What looks for a lost call must not take it for another's, however late the recorder is.
            INSERT INTO provider_id (sid, message) VALUES (the_sid, the_message) ON CONFLICT (sid) DO NOTHING;
            RETURN true;
        END
        $function$;
        """

    private static let settle = """
        \(accept)

        -- Where a callback has told a SID, the provider has taken the message, whatever the attempt came to.
        CREATE FUNCTION leave_attempt(
            the_app text, the_message_id text, the_attempt bigint, the_worker text, from_state integer,
            to_state integer, the_rank integer, the_status text, the_error_code bigint, is_final boolean,
            the_now bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $function$
        DECLARE
            the_message bigint;
        BEGIN
            SELECT m.id INTO the_message FROM message m WHERE m.app = the_app AND m.message_id = the_message_id;
            IF NOT FOUND THEN
                RETURN NULL;
            END IF;
            UPDATE progress p SET state = CASE WHEN p.sid IS NULL THEN to_state ELSE 2 END, changed_at = the_now,
                error_code = the_error_code,
                status = CASE WHEN p.rank < the_rank THEN the_status ELSE p.status END,
                rank = greatest(p.rank, the_rank),
                final_at = CASE WHEN is_final THEN the_now ELSE p.final_at END
            WHERE p.message = the_message AND p.state = from_state AND p.attempt = the_attempt
                AND (the_worker IS NULL OR p.worker = the_worker);
            RETURN FOUND;
        END
        $function$;
        """

    /// Whoever reports of a message that is pruned meanwhile is done again, and finds that it is not known.
    static let makeProgress = """
        -- Gives a message a row, where it has none, and locks it.
        CREATE OR REPLACE FUNCTION make_progress(the_message bigint) RETURNS void LANGUAGE plpgsql AS $function$
        BEGIN
            PERFORM FROM progress p WHERE p.message = the_message FOR UPDATE;
            IF FOUND THEN
                RETURN;
            END IF;
            PERFORM FROM message m WHERE m.id = the_message FOR KEY SHARE;
            IF NOT FOUND THEN
                RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'the message was pruned meanwhile';
            END IF;
            INSERT INTO progress (message, state, attempt, changed_at)
            SELECT m.id, 0, 0, m.first_seen FROM message m WHERE m.id = the_message
            ON CONFLICT (message) DO NOTHING;
        END
        $function$;
        """

    private static let close = """
        -- False when the message is no longer held and did not end alike.
        CREATE FUNCTION close_message(
            the_app text, the_message_id text, the_rank integer, the_status text, the_decision bytea, the_now bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $function$
        DECLARE
            the_message bigint;
        BEGIN
            SELECT m.id INTO the_message FROM message m WHERE m.app = the_app AND m.message_id = the_message_id;
            IF NOT FOUND THEN
                RETURN NULL;
            END IF;
            PERFORM make_progress(the_message);
            UPDATE progress p SET state = 6, changed_at = the_now, status = the_status,
                rank = greatest(p.rank, the_rank), final_at = the_now, decision = coalesce(the_decision, p.decision)
            WHERE p.message = the_message AND p.state = 0;
            IF FOUND THEN
                RETURN true;
            END IF;
            RETURN EXISTS (
                SELECT FROM progress p WHERE p.message = the_message AND p.state = 6 AND p.status = the_status);
        END
        $function$;

        CREATE FUNCTION note_deferral(
            the_app text, the_message_id text, the_reason text, the_rank integer, the_status text
        ) RETURNS boolean LANGUAGE plpgsql AS $function$
        DECLARE
            the_message bigint;
        BEGIN
            SELECT m.id INTO the_message FROM message m WHERE m.app = the_app AND m.message_id = the_message_id;
            IF NOT FOUND THEN
                RETURN NULL;
            END IF;
            PERFORM make_progress(the_message);
            UPDATE progress p SET deferral_reason = the_reason,
                status = CASE WHEN p.rank < the_rank THEN the_status ELSE p.status END,
                rank = greatest(p.rank, the_rank)
            WHERE p.message = the_message;
            RETURN true;
        END
        $function$;
        """
}

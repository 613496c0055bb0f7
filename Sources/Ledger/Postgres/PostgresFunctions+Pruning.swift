/// What removes rows.
///
/// A step waits for no row of a message: what somebody else holds is in use, and stays. So it is never part of a circle of
/// transactions that wait for each other.
extension PostgresFunctions {
    static let pruning = [standing, messages, keyed, step].joined(separator: "\n")

    private static let standing = """
        -- Messages with the last that was heard of each. Accepted, refused, abandoned or closed, and told the end, is
        -- ended; an attempt that may be under way, or of which nobody knows what came, is not, whatever was reported.
        CREATE VIEW aged AS
        SELECT m.id, m.first_seen, p.message IS NOT NULL AS has_progress, p.sid, p.decision,
            greatest(m.first_seen, m.seen_at, p.changed_at, p.status_at, p.final_at) AS last_heard,
            coalesce(p.final_at IS NOT NULL AND p.state IN (2, 3, 5, 6), false) AS has_ended
        FROM message m LEFT JOIN progress p ON p.message = m.id;
        """

    private static let messages = """
        -- Removes what is old of these messages, with what came of them.
        CREATE FUNCTION prune_messages(
            the_ids bigint[], finished_before bigint, unfinished_before bigint, the_now bigint,
            OUT messages bigint, OUT provider_ids bigint
        ) LANGUAGE plpgsql AS $function$
        DECLARE
            doomed bigint[];
            held bigint[];
            old_sids text[];
        BEGIN
            doomed := ARRAY(
                SELECT a.id FROM aged a WHERE a.id = ANY (the_ids)
                    AND a.last_heard < CASE WHEN a.has_ended THEN finished_before ELSE unfinished_before END);
            doomed := ARRAY(
                SELECT m.id FROM message m WHERE m.id = ANY (doomed) ORDER BY m.id FOR UPDATE SKIP LOCKED);
            held := ARRAY(
                SELECT p.message FROM progress p WHERE p.message = ANY (doomed)
                ORDER BY p.message FOR UPDATE SKIP LOCKED);
            -- Looked at again now that nobody changes them.
            SELECT coalesce(array_agg(a.id), '{}'), coalesce(array_agg(a.sid) FILTER (WHERE a.sid IS NOT NULL), '{}')
            INTO doomed, old_sids
            FROM aged a WHERE a.id = ANY (doomed) AND (NOT a.has_progress OR a.id = ANY (held))
                AND a.last_heard < CASE WHEN a.has_ended THEN finished_before ELSE unfinished_before END;
            DELETE FROM provider_id i WHERE i.sid = ANY (old_sids) AND i.message = ANY (doomed);
            GET DIAGNOSTICS provider_ids = ROW_COUNT;
            DELETE FROM awaited w WHERE w.message = ANY (doomed);
            DELETE FROM progress p WHERE p.message = ANY (doomed);
            DELETE FROM message m WHERE m.id = ANY (doomed);
            GET DIAGNOSTICS messages = ROW_COUNT;
            -- What stays keeps its record. In the order in which others lock records.
            PERFORM FROM decision d
            WHERE d.used_at < finished_before
                AND d.id IN (SELECT p.decision FROM progress p WHERE p.message = ANY (the_ids))
            ORDER BY d.id FOR UPDATE;
            UPDATE decision d SET used_at = the_now
            WHERE d.used_at < finished_before
                AND d.id IN (SELECT p.decision FROM progress p WHERE p.message = ANY (the_ids));
        END
        $function$;
        """

    /// Tables without an index by age, which each event would have to pay for, are walked through by their keys.
    private static let keyed = """
        CREATE FUNCTION prune_provider_ids(
            after_key text, the_limit bigint, OUT examined bigint, OUT removed bigint, OUT last_key text
        ) LANGUAGE sql AS $function$
            WITH part AS (
                SELECT i.sid, i.message FROM provider_id i WHERE i.sid > after_key ORDER BY i.sid LIMIT the_limit
            ), gone AS (
                DELETE FROM provider_id i USING part WHERE i.sid = part.sid
                    AND NOT EXISTS (SELECT FROM message m WHERE m.id = part.message) RETURNING i.sid
            )
            SELECT (SELECT count(*) FROM part), (SELECT count(*) FROM gone), (SELECT max(part.sid) FROM part)
        $function$;

        CREATE FUNCTION prune_conversations(
            after_key text, after_program text, before bigint, the_limit bigint,
            OUT examined bigint, OUT removed bigint, OUT last_key text, OUT last_program text
        ) LANGUAGE sql AS $function$
            WITH part AS (
                SELECT c.recipient, c.program, c.at FROM conversation c
                WHERE (c.recipient, c.program) > (after_key, after_program)
                ORDER BY c.recipient, c.program LIMIT the_limit
            ), gone AS (
                -- The instant is asked of the row as it is now: somebody may have written to this person meanwhile.
                DELETE FROM conversation c USING part
                WHERE c.recipient = part.recipient AND c.program = part.program AND c.at < before RETURNING c.at
            ), last AS (
                SELECT part.recipient, part.program FROM part ORDER BY part.recipient DESC, part.program DESC LIMIT 1
            )
            SELECT (SELECT count(*) FROM part), (SELECT count(*) FROM gone), (SELECT last.recipient FROM last),
                (SELECT last.program FROM last)
        $function$;

        CREATE FUNCTION prune_evidence(
            after_key text, before bigint, the_limit bigint, OUT examined bigint, OUT removed bigint, OUT last_key text
        ) LANGUAGE sql AS $function$
            WITH part AS (
                SELECT e.sid, e.at FROM evidence e WHERE e.sid > after_key ORDER BY e.sid LIMIT the_limit
            ), gone AS (
                DELETE FROM evidence e USING part WHERE e.sid = part.sid AND part.at < before RETURNING e.sid
            )
            SELECT (SELECT count(*) FROM part), (SELECT count(*) FROM gone), (SELECT max(part.sid) FROM part)
        $function$;
        """

    private static let step = """
        -- A step of the pass that is under way, or the first of a new one: outcome is that of PruneStep.
        CREATE FUNCTION prune_step(
            the_holder text, the_now bigint, the_interval bigint, finished_age bigint, unfinished_age bigint,
            conversation_age bigint, evidence_age bigint, bridge_age bigint, message_limit bigint, row_limit bigint,
            OUT outcome text, OUT message bigint, OUT provider_id bigint, OUT decision bigint, OUT conversation bigint,
            OUT evidence bigint, OUT bridge bigint
        ) LANGUAGE plpgsql AS $function$
        #variable_conflict use_column
        DECLARE
            pass pruning;
            the_ids bigint[];
            is_any_old boolean;
            examined bigint;
            newest bigint;
        BEGIN
            message := 0; provider_id := 0; decision := 0; conversation := 0; evidence := 0; bridge := 0;
            SELECT * INTO pass FROM pruning FOR UPDATE SKIP LOCKED;
            IF NOT FOUND OR pass.phase <> 0 AND pass.holder <> the_holder
                AND abs(the_now - pass.stepped_at) < \(PruneProgress.patience) THEN
                outcome := 'elsewhere';
                RETURN;
            END IF;
            IF pass.phase NOT BETWEEN 1 AND \(lastPhase) THEN
                IF pass.ended_at <= the_now AND the_now - pass.ended_at < the_interval THEN
                    outcome := 'notDue';
                    RETURN;
                END IF;
                -- A clock that is ahead must not empty the ledger: it is not believed further than a day beyond the
                -- newest message.
                SELECT m.first_seen INTO newest FROM message m ORDER BY m.id DESC LIMIT 1;
                pass.began_at := least(the_now, coalesce(newest + \(PruneProgress.day), 0));
                pass.finished_before := pass.began_at - finished_age;
                pass.phase := 1; pass.after_row := 0; pass.after_key := ''; pass.after_program := '';
            END IF;
            pass.holder := the_holder;
            pass.stepped_at := the_now;
            outcome := 'goesOn';
            CASE pass.phase
            WHEN 1 THEN
                SELECT coalesce(array_agg(part.id ORDER BY part.id), '{}'),
                    coalesce(bool_or(part.first_seen < pass.finished_before), false)
                INTO the_ids, is_any_old
                FROM (SELECT m.id, m.first_seen FROM message m WHERE m.id > pass.after_row ORDER BY m.id
                    LIMIT message_limit) part;
                IF is_any_old THEN
                    SELECT p.messages, p.provider_ids INTO message, provider_id
                    FROM prune_messages(the_ids, pass.finished_before, pass.began_at - unfinished_age,
                        pass.began_at) p;
                END IF;
                pass.after_row := coalesce(the_ids[cardinality(the_ids)], pass.after_row);
                -- The clocks of workers differ: one message that looks young does not end the walk.
                examined := CASE WHEN is_any_old THEN cardinality(the_ids) ELSE 0 END;
                row_limit := message_limit;
            WHEN 2 THEN
                WITH gone AS (
                    DELETE FROM decision d WHERE d.id IN (
                        SELECT u.id FROM decision u WHERE u.used_at < pass.finished_before
                        ORDER BY u.used_at LIMIT row_limit FOR UPDATE SKIP LOCKED)
                    RETURNING d.id
                ) SELECT count(*) INTO decision FROM gone;
                examined := decision;
            WHEN 3 THEN
                SELECT p.examined, p.removed, coalesce(p.last_key, '') INTO examined, provider_id, pass.after_key
                FROM prune_provider_ids(pass.after_key, row_limit) p;
            WHEN 4 THEN
                SELECT p.examined, p.removed, coalesce(p.last_key, ''), coalesce(p.last_program, '')
                INTO examined, conversation, pass.after_key, pass.after_program
                FROM prune_conversations(
                    pass.after_key, pass.after_program, pass.began_at - conversation_age, row_limit) p;
            WHEN 5 THEN
                SELECT p.examined, p.removed, coalesce(p.last_key, '') INTO examined, evidence, pass.after_key
                FROM prune_evidence(pass.after_key, pass.began_at - evidence_age, row_limit) p;
            WHEN 6 THEN
                WITH gone AS (
                    DELETE FROM bridge b WHERE b.has_left AND b.at < pass.began_at - bridge_age RETURNING b.id
                ) SELECT count(*) INTO bridge FROM gone;
                examined := 0;
            END CASE;
            IF examined < row_limit THEN
                pass.after_row := 0; pass.after_key := ''; pass.after_program := '';
                pass.phase := (pass.phase + 1) % (\(lastPhase) + 1);
                IF pass.phase = 0 THEN
                    pass.ended_at := the_now;
                    outcome := 'ended';
                END IF;
            END IF;
            UPDATE pruning SET phase = pass.phase, holder = pass.holder, stepped_at = pass.stepped_at,
                began_at = pass.began_at, finished_before = pass.finished_before, after_row = pass.after_row,
                after_key = pass.after_key, after_program = pass.after_program, ended_at = pass.ended_at;
        END
        $function$;
        """

    private static let lastPhase = PruneProgress.Phase.bridges.rawValue
}

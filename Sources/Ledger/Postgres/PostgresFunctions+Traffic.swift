/// Earlier messages and what they mean for the next: read with the claim, counted with the attempt.
///
/// Caps come as arrays of equal length: how far back in microseconds, how many at most, which kinds, and what the messages have
/// in common as bits (1 app, 2 program, 4 purpose).
extension PostgresFunctions {
    static let traffic = [counting, prefixes, reading, beginning, numbers, pruningTraffic].joined(separator: "\n")

    private static let counting = """
        -- Messages to a person before this one, up to the limit: one who gets very much costs no more than one who has
        -- reached the cap. What another worker's clock has a little later counts as well.
        CREATE FUNCTION count_sent(
            the_recipients text[], the_message bigint, the_app text, the_program text, the_purpose text, the_now bigint,
            the_age bigint, the_limit bigint, the_kinds bigint, the_scope bigint
        ) RETURNS bigint LANGUAGE plpgsql STABLE AS $function$
        BEGIN
            RETURN (SELECT count(*) FROM (
                SELECT FROM unnest(the_recipients) AS t(token) JOIN sent s ON s.recipient = t.token
                WHERE s.at > the_now - the_age AND s.at <= the_now + \(TrafficTable.tolerance)
                    AND s.message IS DISTINCT FROM the_message AND s.kind & the_kinds <> 0
                    AND (the_scope & 1 = 0 OR s.app = the_app) AND (the_scope & 2 = 0 OR s.program = the_program)
                    AND (the_scope & 4 = 0 OR s.purpose = the_purpose)
                LIMIT the_limit) counted);
        END
        $function$;
        """

    private static let prefixes = """
        CREATE FUNCTION count_prefix(the_prefix text, the_minute bigint) RETURNS bigint
        LANGUAGE plpgsql STABLE AS $function$
        BEGIN
            RETURN (SELECT greatest(coalesce(sum(c.count), 0), 0)::bigint FROM prefix_count c
                WHERE c.prefix = the_prefix AND c.minute > the_minute - 10);
        END
        $function$;

        CREATE FUNCTION add_to_prefix(the_prefix text, the_minute bigint, the_number bigint) RETURNS void
        LANGUAGE plpgsql AS $function$
        BEGIN
            UPDATE prefix_count c SET count = c.count + the_number
            WHERE c.prefix = the_prefix AND c.minute = the_minute AND c.id = (
                SELECT f.id FROM prefix_count f WHERE f.prefix = the_prefix AND f.minute = the_minute
                ORDER BY f.id LIMIT 1 FOR UPDATE SKIP LOCKED);
            IF NOT FOUND THEN
                INSERT INTO prefix_count (prefix, minute, count) VALUES (the_prefix, the_minute, the_number);
            END IF;
        END
        $function$;
        """

    static let reading = """
        -- What a claim asks of earlier messages; NULL for what it does not ask.
        CREATE OR REPLACE FUNCTION traffic_facts(
            the_app text, the_message_id text, the_recipients text[], the_program text, the_channel text,
            the_purpose text, the_now bigint, the_ages bigint[], the_limits bigint[], the_kinds bigint[],
            the_scopes bigint[], the_prefix text, the_minute bigint, bad_age bigint, asks_inbound boolean,
            asks_first boolean,
            OUT sent text, OUT to_prefix bigint, OUT bad_code bigint, OUT inbound_at bigint, OUT is_first boolean
        ) LANGUAGE plpgsql STABLE AS $function$
        DECLARE
            the_message bigint;
        BEGIN
            IF cardinality(the_ages) > 0 THEN
                SELECT m.id INTO the_message FROM message m
                WHERE m.app = the_app AND m.message_id = the_message_id;
                SELECT string_agg(count_sent(the_recipients, the_message, the_app, the_program, the_purpose, the_now,
                    the_ages[i], the_limits[i], the_kinds[i], the_scopes[i])::text, ' ' ORDER BY i)
                INTO sent FROM generate_subscripts(the_ages, 1) AS i;
            END IF;
            IF the_prefix IS NOT NULL THEN
                to_prefix := count_prefix(the_prefix, the_minute);
            END IF;
            IF bad_age IS NOT NULL THEN
                SELECT last.code INTO bad_code FROM (
                    SELECT b.code, b.at FROM unnest(the_recipients) AS t(token)
                    JOIN bad_number b ON b.recipient = t.token AND b.channel = the_channel
                    ORDER BY b.at DESC LIMIT 1) last
                WHERE last.at > the_now - bad_age;
            END IF;
            IF asks_inbound THEN
                SELECT max(l.at) INTO inbound_at FROM unnest(the_recipients) AS t(token)
                JOIN last_inbound l ON l.recipient = t.token AND l.program = the_program
                    -- Over the network's channels a person answers as their telephone likes.
                    AND (l.channel = the_channel
                        OR l.channel IN ('sms', 'mms', 'rcs') AND the_channel IN ('sms', 'mms', 'rcs'));
            END IF;
            IF asks_first THEN
                is_first := NOT EXISTS (
                    SELECT FROM unnest(the_recipients) AS t(token)
                    JOIN conversation c ON c.recipient = t.token AND c.program = the_program);
            END IF;
        END
        $function$;
        """

    /// Whoever begins has the recipients' locks by then, so nobody else counts for them at the same time.
    private static let beginning = """
        -- The arrays hold the caps that bind. What is counted from now on: the_seconds and count_prefix_digits, each NULL
        -- when it is not.
        CREATE FUNCTION begin_counted_attempt(
            the_app text, the_message_id text, the_attempt bigint, the_previous bigint, the_worker text,
            the_recipients text[], the_program text, the_epoch bigint, the_decision bytea, the_now bigint,
            is_expired boolean, the_purpose text, the_ages bigint[], the_limits bigint[], the_kinds bigint[],
            the_scopes bigint[], the_kind bigint, the_memory bigint, the_prefix text, the_minute bigint,
            prefix_limit bigint
        ) RETURNS TABLE (
            answer text, state smallint, attempt bigint, changed_at bigint, worker text, status text,
            error_code bigint, sid text, provider_status text
        ) LANGUAGE plpgsql AS $function$
        #variable_conflict use_column
        DECLARE
            the_message bigint;
            is_reached boolean := false;
        BEGIN
            SELECT m.id INTO the_message FROM message m WHERE m.app = the_app AND m.message_id = the_message_id;
            IF NOT FOUND THEN
                RETURN;
            END IF;
            IF NOT is_expired THEN
                FOR i IN 1..cardinality(the_ages) LOOP
                    is_reached := is_reached OR the_limits[i] <= count_sent(the_recipients, the_message, the_app,
                        the_program, the_purpose, the_now, the_ages[i], the_limits[i], the_kinds[i], the_scopes[i]);
                END LOOP;
                IF prefix_limit IS NOT NULL AND NOT is_reached THEN
                    is_reached := count_prefix(the_prefix, the_minute) >= prefix_limit;
                END IF;
            END IF;
            SELECT b.answer, b.state, b.attempt, b.changed_at, b.worker, b.status, b.error_code, b.sid,
                b.provider_status
            INTO answer, state, attempt, changed_at, worker, status, error_code, sid, provider_status
            FROM begin_attempt(the_app, the_message_id, the_attempt, the_previous, the_worker, the_recipients,
                the_program, the_epoch, the_decision, the_now, is_expired OR is_reached) b;
            IF answer = 'granted' THEN
                IF the_attempt > 1 THEN
                    DELETE FROM sent s WHERE s.recipient = ANY (the_recipients) AND s.message = the_message;
                END IF;
                IF the_memory IS NOT NULL THEN
                    INSERT INTO sent (recipient, at, message, kind, app, program, purpose, until)
                    VALUES (the_recipients[1], the_now, the_message, the_kind::integer, the_app, the_program,
                        the_purpose, the_now + the_memory)
                    ON CONFLICT (recipient, at, message) DO NOTHING;
                END IF;
                IF the_prefix IS NOT NULL THEN
                    PERFORM add_to_prefix(the_prefix, the_minute, 1);
                END IF;
            END IF;
            RETURN NEXT;
        END
        $function$;

        -- Takes back what was counted with an attempt of which nothing was sent; what a callback has shown to be sent stays.
        CREATE FUNCTION uncount_attempt(
            the_app text, the_message_id text, the_attempt bigint, the_recipient text, the_at bigint, the_prefix text,
            the_minute bigint
        ) RETURNS void LANGUAGE plpgsql AS $function$
        DECLARE
            the_message bigint;
        BEGIN
            SELECT m.id INTO the_message FROM message m JOIN progress p ON p.message = m.id
            WHERE m.app = the_app AND m.message_id = the_message_id AND p.state IN (0, 3)
                AND p.attempt = the_attempt;
            IF NOT FOUND THEN
                RETURN;
            END IF;
            DELETE FROM sent s WHERE s.recipient = the_recipient AND s.at = the_at AND s.message = the_message;
            IF the_prefix IS NOT NULL THEN
                PERFORM add_to_prefix(the_prefix, the_minute, -1);
            END IF;
        END
        $function$;

        CREATE FUNCTION leave_counted_attempt(
            the_app text, the_message_id text, the_attempt bigint, the_worker text, from_state integer,
            to_state integer, the_rank integer, the_status text, the_error_code bigint, is_final boolean,
            the_now bigint, the_recipient text, the_at bigint, the_prefix text, the_minute bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $function$
        DECLARE
            has_left boolean;
        BEGIN
            has_left := leave_attempt(the_app, the_message_id, the_attempt, the_worker, from_state, to_state, the_rank,
                the_status, the_error_code, is_final, the_now);
            IF has_left THEN
                PERFORM uncount_attempt(the_app, the_message_id, the_attempt, the_recipient, the_at, the_prefix,
                    the_minute);
            END IF;
            RETURN has_left;
        END
        $function$;
        """

    private static let numbers = """
        -- A message was delivered: the number is not bad any more. Who changes it at the same time is not waited for.
        CREATE FUNCTION clear_number(the_recipient text, the_channel text, the_at bigint) RETURNS void
        LANGUAGE plpgsql AS $function$
        BEGIN
            DELETE FROM bad_number b WHERE b.recipient = the_recipient AND b.channel = the_channel AND EXISTS (
                SELECT FROM bad_number f
                WHERE f.recipient = the_recipient AND f.channel = the_channel AND f.at <= the_at
                FOR UPDATE SKIP LOCKED);
        END
        $function$;
        """

    static let pruningTraffic = """
        -- Removes what is too old for the pass that is under way, or has just ended.
        CREATE OR REPLACE FUNCTION prune_traffic(bad_age bigint, the_limit bigint) RETURNS bigint LANGUAGE plpgsql AS $function$
        DECLARE
            began bigint := (SELECT p.began_at FROM pruning p);
            removed bigint := 0;
            part bigint;
        BEGIN
        \(PruneTable.traffic.map(removal).joined(separator: "\n"))
            RETURN removed;
        END
        $function$;
        """

    private static func removal(_ table: AgedTable) -> String {
        """
                    DELETE FROM \(table.name) WHERE (\(table.key)) IN (
                        SELECT \(table.key) FROM \(table.name) WHERE \(table.age) < \(table.sqlEnd)
                        ORDER BY \(table.age) LIMIT the_limit FOR UPDATE SKIP LOCKED);
                    GET DIAGNOSTICS part = ROW_COUNT;
                    removed := removed + part;
        """
    }
}

/// What is asked by whoever looks up what no webhook told. In PL/pgSQL, which keeps its plans: functions in SQL are planned
/// anew at every call, which would cost more than they do.
extension PostgresFunctions {
    static let version2 = [awaited, listing].joined(separator: "\n")

    private static let awaited = """
        -- Awaits a final status of an accepted message, unless there is one: the row of its progress is locked by then. What
        -- is told of the same acceptance again changes nothing; another SID is another attempt's.
        CREATE FUNCTION await_status(
            the_app text, the_message_id text, the_account text, the_sid text, the_origin text, the_at bigint,
            the_due bigint
        ) RETURNS void LANGUAGE plpgsql AS $function$
        BEGIN
            INSERT INTO awaited AS a (message, account, due, accepted_at, looks, sid, origin)
            SELECT m.id, the_account, the_due, the_at, 0, the_sid, the_origin
            FROM message m JOIN progress p ON p.message = m.id
            WHERE m.app = the_app AND m.message_id = the_message_id AND p.final_at IS NULL
            ON CONFLICT (message) DO UPDATE SET account = excluded.account, due = excluded.due,
                accepted_at = excluded.accepted_at, looks = 0, sid = excluded.sid, origin = excluded.origin
            WHERE a.sid <> excluded.sid;
        END
        $function$;

        -- The final status of a message is there; without its key the provider's id finds it.
        CREATE FUNCTION end_awaiting(the_app text, the_message_id text, the_sid text)
        RETURNS void LANGUAGE plpgsql AS $function$
        BEGIN
            DELETE FROM awaited a WHERE a.message = CASE
                WHEN the_message_id IS NULL THEN (SELECT i.message FROM provider_id i WHERE i.sid = the_sid)
                ELSE (SELECT m.id FROM message m WHERE m.app = the_app AND m.message_id = the_message_id) END;
        END
        $function$;

        -- Others may take at the same time: each row goes to one of them, and none waits.
        CREATE FUNCTION take_due(the_account text, the_now bigint, leased_until bigint, the_limit bigint)
        RETURNS TABLE (
            app text, message_id text, recipient text, sid text, accepted_at bigint, looks bigint, origin text
        ) LANGUAGE plpgsql AS $function$
        #variable_conflict use_column
        BEGIN
            RETURN QUERY
            WITH taken AS (
                SELECT a.message, a.due FROM awaited a WHERE a.account = the_account AND a.due <= the_now
                ORDER BY a.due LIMIT the_limit FOR UPDATE SKIP LOCKED
            ), leased AS (
                UPDATE awaited a SET due = leased_until FROM taken t WHERE a.message = t.message
                RETURNING a.message, a.sid, a.accepted_at, a.looks, a.origin, t.due AS was_due
            )
            SELECT m.app, m.message_id, m.recipient, l.sid, l.accepted_at, l.looks, l.origin
            FROM leased l JOIN message m ON m.id = l.message ORDER BY l.was_due;
        END
        $function$;

        CREATE FUNCTION note_look(the_app text, the_message_id text, the_looks bigint, the_next bigint)
        RETURNS void LANGUAGE plpgsql AS $function$
        BEGIN
            UPDATE awaited a SET due = the_next, looks = the_looks
            WHERE a.message = (SELECT m.id FROM message m WHERE m.app = the_app AND m.message_id = the_message_id)
                AND a.looks = the_looks - 1;
        END
        $function$;
        """

    private static let listing = """
        -- Up to when the comparison was complete that the caller may take up now; NULL when it may not.
        CREATE FUNCTION take_listing(
            the_account text, the_now bigint, is_due_before bigint, the_first bigint, lease_until bigint
        ) RETURNS bigint LANGUAGE plpgsql AS $function$
        DECLARE
            was_complete bigint;
        BEGIN
            INSERT INTO inbound_listing (account, complete_to, leased_until) VALUES (the_account, the_first, 0)
            ON CONFLICT (account) DO NOTHING;
            UPDATE inbound_listing l SET leased_until = lease_until
            WHERE l.account = the_account AND l.complete_to <= is_due_before AND l.leased_until <= the_now
            RETURNING l.complete_to INTO was_complete;
            RETURN was_complete;
        END
        $function$;

        CREATE FUNCTION note_listing(the_account text, the_complete_to bigint)
        RETURNS void LANGUAGE plpgsql AS $function$
        BEGIN
            INSERT INTO inbound_listing AS l (account, complete_to, leased_until)
            VALUES (the_account, the_complete_to, 0)
            ON CONFLICT (account) DO UPDATE
            SET complete_to = greatest(l.complete_to, excluded.complete_to), leased_until = 0;
        END
        $function$;
        """
}

/// What is settled, begun anew or compared apart from a message's usual way.
extension PostgresFunctions {
    static let find = """
        -- Ends an unknown attempt with what the provider's list shows, and makes it known by the provider's id, unless that is
        -- another message's.
        CREATE OR REPLACE FUNCTION settle_found(
            the_app text, the_message_id text, the_attempt bigint, the_sid text, the_provider_status text,
            the_rank integer, the_status text, the_now bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $function$
        DECLARE
            the_message bigint;
        BEGIN
            SELECT m.id INTO the_message FROM message m WHERE m.app = the_app AND m.message_id = the_message_id;
            IF NOT FOUND THEN
                RETURN NULL;
            END IF;
            PERFORM FROM progress p
            WHERE p.message = the_message AND p.attempt = the_attempt AND p.state = 4 FOR UPDATE;
            IF NOT FOUND THEN
                RETURN false;
            END IF;
            INSERT INTO provider_id (sid, message) VALUES (the_sid, the_message) ON CONFLICT (sid) DO NOTHING;
            IF NOT FOUND AND NOT EXISTS (
                SELECT FROM provider_id i WHERE i.sid = the_sid AND i.message = the_message
            ) THEN
                RETURN false;
            END IF;
            UPDATE progress p SET state = 2, changed_at = the_now, sid = the_sid,
                provider_status = the_provider_status,
                status = CASE WHEN p.rank < the_rank THEN the_status ELSE p.status END,
                rank = greatest(p.rank, the_rank)
            WHERE p.message = the_message;
            RETURN true;
        END
        $function$;
        """

    static let reopen = """
        -- With a SID the provider has taken it, whatever it ended as; without one it begins anew, but for its attempts. No
        -- row means that the message was never claimed.
        CREATE FUNCTION reopen_message(the_app text, the_message_id text, the_now bigint)
        RETURNS TABLE (
            state smallint, attempt bigint, changed_at bigint, worker text, status text, error_code bigint, sid text,
            provider_status text
        ) LANGUAGE plpgsql AS $function$
        #variable_conflict use_column
        DECLARE
            the_message bigint;
        BEGIN
            SELECT m.id INTO the_message FROM message m WHERE m.app = the_app AND m.message_id = the_message_id;
            IF NOT FOUND THEN
                RETURN;
            END IF;
            UPDATE progress p SET state = CASE WHEN p.sid IS NULL THEN 0 ELSE 2 END, changed_at = the_now,
                deferral_reason = NULL, error_code = CASE WHEN p.sid IS NULL THEN NULL ELSE p.error_code END,
                status = CASE WHEN p.sid IS NULL THEN NULL ELSE p.status END,
                rank = CASE WHEN p.sid IS NULL THEN 0 ELSE p.rank END,
                final_at = CASE WHEN p.sid IS NULL THEN NULL ELSE p.final_at END
            WHERE p.message = the_message AND (p.state IN (3, 6) OR p.state = 5 AND p.sid IS NOT NULL);
            RETURN QUERY SELECT s.state, s.attempt, s.changed_at, s.worker, s.status, s.error_code, s.sid,
                s.provider_status
            FROM standing s WHERE s.id = the_message;
        END
        $function$;
        """

    static let keys = """
        -- Remembers keys, unless they do not agree with what is stored: then nothing, and what does not agree. A key is
        -- missed when somebody's word stands under it, or a yes on a reassigned number: a token continues with an
        -- underscore after the key's id, and the grave accent is the next character.
        CREATE OR REPLACE FUNCTION admit_keys(the_ids text[], the_fingerprints text[])
        RETURNS TABLE (id text, is_missing boolean) LANGUAGE plpgsql AS $function$
        #variable_conflict use_column
        BEGIN
            -- One process at a time, so that two with different keys of one id do not both pass.
            PERFORM FROM ledger FOR UPDATE;
            RETURN QUERY SELECT k.id, given.id IS NULL
            FROM token_key k
            LEFT JOIN unnest(the_ids, the_fingerprints) AS given(id, fingerprint) ON given.id = k.id
            WHERE given.id IS NOT NULL AND encode(k.fingerprint, 'hex') <> given.fingerprint
                OR given.id IS NULL AND (EXISTS (
                    SELECT FROM consent c
                    WHERE c.recipient >= 'ph_' || k.id || '_' AND c.recipient < 'ph_' || k.id || '`'
                ) OR EXISTS (
                    SELECT FROM reassigned r
                    WHERE r.is_yes AND r.recipient >= 'ph_' || k.id || '_' AND r.recipient < 'ph_' || k.id || '`'))
            ORDER BY k.id;
            IF NOT FOUND THEN
                INSERT INTO token_key (id, fingerprint)
                SELECT given.id, decode(given.fingerprint, 'hex')
                FROM unnest(the_ids, the_fingerprints) AS given(id, fingerprint)
                ON CONFLICT DO NOTHING;
            END IF;
        END
        $function$;
        """
}

/// What a database of reassigned numbers answered; the rules are those of ``ReassignmentAnswers``.
extension PostgresFunctions {
    static let reassigned = """
        -- Keeps an answer where it tells more than what stands, and whether it does.
        CREATE FUNCTION record_reassigned(
            the_recipient text, the_answer bigint, the_consent_at bigint, the_at bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $function$
        DECLARE
            has_changed boolean := false;
        BEGIN
            -- A yes that was a mistake: asked later with the same day or an earlier one, the database says no.
            IF the_answer = 0 THEN
                DELETE FROM reassigned r
                WHERE r.recipient = the_recipient AND r.is_yes AND r.consent_at >= the_consent_at AND r.at < the_at;
                has_changed := FOUND;
            ELSIF the_answer >= 2 AND EXISTS (
                SELECT FROM reassigned r WHERE r.recipient = the_recipient AND NOT r.is_yes AND r.answer = 0
                    AND r.consent_at <= the_consent_at AND r.at > the_at
            ) THEN
                RETURN false;
            END IF;
            INSERT INTO reassigned AS r (recipient, is_yes, answer, consent_at, at, ages_from)
            VALUES (the_recipient, the_answer >= 2, the_answer, the_consent_at, the_at,
                CASE WHEN the_answer < 2 THEN the_at END)
            ON CONFLICT (recipient, is_yes) DO UPDATE
            SET answer = excluded.answer, consent_at = excluded.consent_at, at = excluded.at,
                ages_from = excluded.ages_from
            WHERE CASE WHEN excluded.is_yes
                THEN (excluded.consent_at, r.at) > (r.consent_at, excluded.at)
                ELSE (excluded.at, excluded.answer, excluded.consent_at) > (r.at, r.answer, r.consent_at) END;
            RETURN has_changed OR FOUND;
        END
        $function$;

        -- Moves what stands under older tokens to the newest one, the first.
        CREATE FUNCTION adopt_reassigned(the_recipients text[]) RETURNS void LANGUAGE plpgsql AS $function$
        DECLARE
            old reassigned;
        BEGIN
            FOR old IN
                SELECT * FROM reassigned r
                WHERE r.recipient = ANY (the_recipients[2:]) AND r.recipient <> the_recipients[1]
                ORDER BY r.recipient, r.is_yes FOR UPDATE
            LOOP
                PERFORM record_reassigned(the_recipients[1], old.answer, old.consent_at, old.at);
                DELETE FROM reassigned r WHERE r.recipient = old.recipient AND r.is_yes = old.is_yes;
            END LOOP;
        END
        $function$;
        """
}

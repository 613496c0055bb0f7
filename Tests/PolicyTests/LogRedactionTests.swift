import Glibc
import Policy
import Testing

@Suite("What a log may show") struct LogRedactionTests {
    @Test(
        "numbers, addresses, codes and secrets are replaced",
        arguments: [
            ("to +15558675310 now", "to <number> now"), ("whatsapp:+15558675310", "whatsapp:<number>"),
            ("(555) 867-5310", "(<number>"), ("555.867.5310, 867-5309", "<number>, <number>"),
            ("+49.89.123.45", "<number>"), ("tel15558675310x", "tel<number>x"), ("+１５５５８６７５３１０", "<number>"),
            ("+1\u{200B}555\u{200B}8675310", "<number>"), ("+1\u{A0}555\u{A0}867\u{2011}5310", "<number>"),
            ("٠١٢٣٤٥٦٧", "<number>"), ("+15558675310 +15558675311", "<number> <number>"),
            ("card 4111 1111 1111 1111.", "card <number>."), ("4111-1111-1111-1111", "<number>"),
            ("ssn 123-45-6789", "ssn <number>"), ("DE89370400440532013000", "DE<number>"),
            ("DE89 3704 0044 0532 0130 00", "DE<number>"),
            ("mail ann.b+c@mail.example.com!", "mail <email>!"), ("ａｎｎ＠example．com", "<email>"),
            ("<ann@example.co.uk>", "<<email>>"), ("email=ann@example.com", "email=<email>"),
            ("Your code is 123456", "Your code is <code>"),
            ("123 456 is your verification code", "<code> is your verification code"),
            ("G-123456 is your Google code", "G-<code> is your Google code"), ("PIN: 4711", "PIN: <secret>"),
            ("Tu código: 9876", "Tu código: <code>"), ("otp=1", "otp=<secret>"),
            ("password=hunter2&x=1", "password=<secret>&x=1"),
            (#"{"password": "hunter \" 2", "x": 1}"#, #"{"password": "<secret>", "x": 1}"#),
            ("client_secret: s3cr3t, next", "client_secret: <secret>, next"),
            ("TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef", "TWILIO_AUTH_TOKEN=<secret>"),
            ("Authorization: Basic QUM6eA==", "Authorization: <secret>"),
            ("sent Bearer abc.def-ghi", "sent Bearer <secret>"),
            ("amqp://shop:pass:w@host:5672/v", "amqp://<secret>@host:5672/v"),
            ("https://example.com/x?key=abc&sig=def#a", "https://example.com/x?key=<secret>&sig=<secret>"),
        ]) func replaced(text: String, expected: String)
    {
        #expect(redactedForLog(text) == expected)
        #expect(redactedForLog(expected) == expected)
    }

    @Test(
        "what support needs stays",
        arguments: [
            "SM0123456789abcdef0123456789abcdef", "AC" + String(repeating: "12345678", count: 4),
            "ph_k1_35ijnryt7zps6datbwpp2ed7c4", "ph_k2_23456723456723456723456723",
            "token=ph_k1_35ijnryt7zps6datbwpp2ed7c4",
            "recipient_token: ph_k1_35ijnryt7zps6datbwpp2ed7c4", "+1********10",
            "0193e0a5-1234-7890-1234-123456789012", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "at 2026-11-21T15:00:00.123456Z", "2026-11-21 15:00:00", "192.168.10.123:5672", "error code 30006",
            "exit code 78", "error.30006", "status code 1234", "routing_key=transactional.shop.order-shipped",
            "attempt 3 of 200",
            "message accepted", "", "queue send.transactional holds 123456", "version 6.3.1",
            "https://example.com/a?b=c",
            "time: 15:00:00", "<code> <number> 123", "Über 99 €", "monkey: 5",
        ]) func kept(text: String)
    {
        #expect(redactedForLog(text) == text)
    }

    /// Every detector's worst case, at a size and at eight times the size.
    @Test(
        "time grows with the text and not with its square",
        arguments: [
            "1", "a@", "@", "=", "password=", "code ", "code 1234 ", "1 ", "://", "://a:b@", "\u{200B}", "1\u{200B}",
            "a", "+",
            "12-", "bearer ", "\"", "password=\"", "1.", "１", "é", "a.a@a.", "x=\"\\", "ph_", "2026-11-21 ",
        ]) func linear(pattern: String)
    {
        // The thread's own time, so that a busy machine does not count.
        func seconds(_ size: Int) -> Double {
            let text = String(repeating: pattern, count: size / pattern.unicodeScalars.count)
            return (0..<3).map { _ in
                let start = threadSeconds()
                _ = redactedForLog(text)
                return threadSeconds() - start
            }.min() ?? 0
        }
        _ = seconds(1000)
        // A square would take 64 times as long.
        #expect(seconds(32_000) < seconds(4_000) * 24 + 0.005)
    }

    private func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

import Messaging
import Twilio

/// The name of a code in Twilio's error dictionary.
func errorName(_ code: Int) -> String { ErrorTable.shipped.advice(for: code, httpStatus: nil).name }

import Messaging

extension MessageCreate {
    /// The parameters as `application/x-www-form-urlencoded`; an array's name is repeated for each element.
    public var formBody: [UInt8] {
        // A callback URL of 300 bytes is encoded a second time here, which adds to a text of 160.
        var form = FormWriter(reservingCapacity: 1024)
        form.append("To", to)
        form.append("From", from)
        form.append("FallbackFrom", fallbackFrom)
        form.append("MessagingServiceSid", messagingServiceSID)
        form.append("Body", body)
        for url in mediaURLs { form.append("MediaUrl", url) }
        form.append("ContentSid", contentSID)
        form.append("ContentVariables", contentVariables)
        form.append("StatusCallback", statusCallback)
        form.append("ApplicationSid", applicationSID)
        form.append("MaxPrice", maxPrice.map { String($0) })
        form.append("ProvideFeedback", provideFeedback)
        form.append("Attempt", attempt)
        form.append("ValidityPeriod", validityPeriod)
        form.append("ForceDelivery", forceDelivery)
        form.append("ContentRetention", contentRetention?.rawValue)
        form.append("AddressRetention", addressRetention?.rawValue)
        form.append("SmartEncoded", smartEncoded)
        for action in persistentActions { form.append("PersistentAction", action) }
        form.append("TrafficType", trafficType?.rawValue)
        form.append("ShortenUrls", shortenURLs)
        form.append("ScheduleType", scheduleType?.rawValue)
        form.append("SendAt", sendAt.map(formatRFC3339))
        form.append("SendAsMms", sendAsMMS)
        form.append("RiskCheck", riskCheck?.rawValue)
        for field in further { form.append(field.name, field.value) }
        return form.bytes
    }
}

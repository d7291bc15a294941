package dev.liuye

/**
 * The rules for single values, so that a form can say what is wrong while somebody types. Each gives the value in the
 * one form in which it would be stored, or throws [LiuyeException.Refused]. Pure and quick: any thread will do.
 */
public object Check {
    /** A phone number in E.164; a bare Chinese mobile number is completed. Codes `phone_malformed`, `phone_emergency`. */
    public fun phone(text: String): String = bridged { dev.liuye.ffi.checkPhone(text) }

    /**
     * A resident identity number (GB 11643). Codes `identity_malformed`, `identity_checksum`.
     *
     * @param now the time, UTC ms: nobody is born after it.
     */
    public fun identityNumber(text: String, now: Long = System.currentTimeMillis()): String =
        bridged { dev.liuye.ffi.checkIdentityNumber(text, now) }

    /** A passport number, upper case. Code `malformed`. */
    public fun passport(text: String): String = bridged { dev.liuye.ffi.checkPassport(text) }

    /**
     * A text of 1 to [max] characters: trimmed, in NFC; [lines] allows line breaks. Codes `missing`, `too_long`,
     * `text_forbidden_character`.
     */
    public fun text(text: String, max: Int, lines: Boolean = false): String = bridged { dev.liuye.ffi.checkText(text, max, lines) }

    /** A WGS-84 position in degrees. Codes `coordinate_swapped`, `coordinate_invalid`. */
    public fun coordinate(lat: Double, lon: Double): Position = bridged { dev.liuye.ffi.checkCoordinate(lat, lon) }

    /** A GCJ-02 position (maps made in China), in degrees, as WGS-84. Codes as [coordinate]. */
    public fun convertGcj02(lat: Double, lon: Double): Position = bridged { dev.liuye.ffi.convertGcj02(lat, lon) }

    /** The area of a zone: closed rings, the outer one first. Codes `polygon_malformed`, `polygon_self_crossing`. */
    public fun polygon(rings: List<List<Position>>): Unit = bridged { dev.liuye.ffi.checkPolygon(rings) }

    /** That no two areas overlap, each of which passed [polygon]. Code `polygon_overlap`. */
    public fun zonesApart(areas: List<List<List<Position>>>): Unit = bridged { dev.liuye.ffi.checkZonesApart(areas) }

    /** A time with its offset (RFC 3339) as UTC ms. Code `time_malformed`. */
    public fun time(text: String): Long = bridged { dev.liuye.ffi.parseTime(text) }

    /** UTC ms as RFC 3339 in UTC; empty where the calendar does not reach that far. */
    public fun formatTime(ms: Long): String = bridged { dev.liuye.ffi.formatTime(ms) }

    /** What a scanned QR code names; its signature is checked at check-in. Code `tag_unsigned`. */
    public fun qr(payload: String): QrTag = bridged { dev.liuye.ffi.parseQr(payload) }

    /** Every code that a [LiuyeException] of this version can have. */
    public fun codes(): List<String> = bridged { dev.liuye.ffi.errorCodes() }
}

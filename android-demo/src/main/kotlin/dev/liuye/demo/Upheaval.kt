package dev.liuye.demo

/** Why the records that a screen was opened with are no longer those of the phone. */
enum class Upheaval(private val code: String) {
    /** They are damaged: what can be read of them is saved. */
    DAMAGED("corrupt"),

    /** The desk had them erased. */
    WIPED("wiped"),
    ;

    companion object {
        /** What an error of the core means; null where one can go on. */
        fun of(code: String): Upheaval? = entries.firstOrNull { it.code == code }
    }
}

package dev.liuye

import dev.liuye.ffi.InternalException
import dev.liuye.ffi.LiuyeException as BridgeException

/**
 * Why a call failed. The class says what to do about it; nothing was stored unless it says otherwise.
 *
 * @property code the stable reason, such as `phone_malformed`. It never changes its meaning; new ones may be added.
 * @property field the path of the input field at fault, such as `contact.phone`; empty where there is none.
 * @property detail the rule or the limit, for developers. It never holds what a person typed.
 */
public sealed class LiuyeException(
    public val code: String,
    public val field: String,
    public val detail: String,
    cause: Throwable? = null,
) : Exception("$code${if (field.isEmpty()) "" else " at $field"}: $detail", cause) {

    /** The input breaks a rule. Mend the named [field] and call again. */
    public class Refused internal constructor(code: String, field: String, detail: String, cause: Throwable?) :
        LiuyeException(code, field, detail, cause)

    /** The record, or the companion, is not in a state that allows this. */
    public class State internal constructor(code: String, field: String, detail: String, cause: Throwable?) :
        LiuyeException(code, field, detail, cause)

    /** The person has not the role that this needs. */
    public class NotPermitted internal constructor(code: String, field: String, detail: String, cause: Throwable?) :
        LiuyeException(code, field, detail, cause)

    /** The database cannot be opened, read or written: its key, its version, the disk. */
    public class Storage internal constructor(code: String, field: String, detail: String, cause: Throwable?) :
        LiuyeException(code, field, detail, cause)

    /** The hub cannot be reached, or its answer makes no sense. What is stored stays queued. */
    public class Network internal constructor(code: String, field: String, detail: String, cause: Throwable?) :
        LiuyeException(code, field, detail, cause)

    /** The hub does not take this device or code, or the PIN is wrong. */
    public class Unauthorised internal constructor(code: String, field: String, detail: String, cause: Throwable?) :
        LiuyeException(code, field, detail, cause)

    /** Another call of the same sort is running, here or in another process. */
    public class Busy internal constructor(code: String, field: String, detail: String, cause: Throwable?) :
        LiuyeException(code, field, detail, cause)

    /** The call was cancelled (`cancelled`), or the companion is closed (`closed`), suspended (`suspended`) or wiped (`wiped`). */
    public class Closed internal constructor(code: String, field: String, detail: String, cause: Throwable?) :
        LiuyeException(code, field, detail, cause)

    /** A bug of ours. */
    public class Internal internal constructor(code: String, field: String, detail: String, cause: Throwable?) :
        LiuyeException(code, field, detail, cause)
}

/** Calls the bridge, and gives its failures as [LiuyeException]: no other exception leaves this package. */
internal inline fun <T> bridged(call: () -> T): T =
    try {
        call()
    } catch (failure: BridgeException) {
        throw failure.toPublic()
    } catch (panic: InternalException) {
        // A panic's text may quote anything: it stays out.
        throw LiuyeException.Internal("internal", "", "the core panicked", null)
    }

internal fun BridgeException.toPublic(): LiuyeException =
    when (this) {
        is BridgeException.Refused -> LiuyeException.Refused(code, `field`, detail, this)
        is BridgeException.State -> LiuyeException.State(code, `field`, detail, this)
        is BridgeException.NotPermitted -> LiuyeException.NotPermitted(code, `field`, detail, this)
        is BridgeException.Storage -> LiuyeException.Storage(code, `field`, detail, this)
        is BridgeException.Network -> LiuyeException.Network(code, `field`, detail, this)
        is BridgeException.Unauthorised -> LiuyeException.Unauthorised(code, `field`, detail, this)
        is BridgeException.Busy -> LiuyeException.Busy(code, `field`, detail, this)
        is BridgeException.Closed -> LiuyeException.Closed(code, `field`, detail, this)
        is BridgeException.Internal -> LiuyeException.Internal(code, `field`, detail, this)
    }

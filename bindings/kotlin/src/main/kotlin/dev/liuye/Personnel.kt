package dev.liuye

/** The personnel base as a phone of the staff knows it. Get it by [Companion.personnel]. */
public class Personnel internal constructor(private val companion: Companion) {
    /** All persons that this phone knows, by id, whether they serve or not. */
    public suspend fun persons(): List<Person> = companion.call { it.persons() }

    /** One person. */
    public suspend fun person(id: String): Person? = companion.call { it.person(id) }

    /** Those who serve now, by this phone's clock, of a force and of a trade where they are given, by id. */
    public suspend fun serving(force: Force? = null, trade: Trade? = null): List<Person> = companion.call { it.serving(force, trade) }

    /**
     * Certificates of those who serve that are no longer good in so many days, by this phone's clock: person's id
     * and paper, the first to end first. Those that have ended already are among them.
     */
    public suspend fun expiringCertificates(days: Long): List<ExpiringCertificate> = companion.call { it.expiringCertificates(days) }

    /** All units that this phone knows, by id, whether they stand or not. */
    public suspend fun units(): List<StandingUnit> = companion.call { it.units() }
}

/** The four forces. */
public typealias Force = dev.liuye.ffi.Force

/** The four trades. */
public typealias Trade = dev.liuye.ffi.Trade

/** Whether a person serves. */
public typealias PersonStatus = dev.liuye.ffi.PersonStatus

/** A role that a person holds for a time. */
public typealias RoleAssignment = dev.liuye.ffi.RoleAssignment

/** A zone in which a person serves for a time. */
public typealias ZoneAssignment = dev.liuye.ffi.ZoneAssignment

/**
 * What somebody may do by a paper, and for how long the paper is good. Its number is not kept: some issuers print the
 * holder's identity number there.
 */
public typealias Certificate = dev.liuye.ffi.Certificate

/** Since when a person serves, or no longer does. */
public typealias StatusChange = dev.liuye.ffi.StatusChange

/** An entry of the personnel base. It holds no phone and no identity number. */
public typealias Person = dev.liuye.ffi.Person

/** A standing team. */
public typealias StandingUnit = dev.liuye.ffi.StandingUnit

/** A certificate that is no longer good, or soon will not be, and whose it is. */
public typealias ExpiringCertificate = dev.liuye.ffi.ExpiringCertificate

/// The functions of the language. Encoded programs hold these numbers: append, never reorder.
enum Builtin: UInt8, CaseIterable {
    case size = 0
    case contains, startsWith, endsWith, matches
    case bool, int, uint, double, string, bytes, timestamp, duration, type, dyn
    case getDate, getDayOfMonth, getDayOfWeek, getDayOfYear, getFullYear
    case getHours, getMilliseconds, getMinutes, getMonth, getSeconds
    case charAt, indexOf, lastIndexOf, join, lowerAscii, upperAscii, replace, split, substring, trim, reverse
    case quote, format
    case greatest, least, ceil, floor, round, trunc, abs, sign, isNaN, isInf, isFinite, sqrt
    case bitAnd, bitOr, bitXor, bitNot, bitShiftLeft, bitShiftRight
    case optionalOf, optionalNone, optionalOfNonZero, hasValue, value, or, orValue
}

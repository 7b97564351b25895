import Events

/// What each key of a rule holds until the watermark has passed it.
extension RuleRuntime {
    var heldReadings: Int { held?.count ?? 0 }

    func firstHeld(_ slot: Int32) -> HeldReading? {
        guard let held else { return nil }
        return held.first(of: keys.read(slot)[0].waiting)
    }

    func hasRoomToHold(_ slot: Int32) -> Bool { held?.hasRoom(in: keys.read(slot)[0].waiting) ?? false }

    mutating func hold(_ reading: HeldReading, _ slot: Int32) {
        held?.insert(reading, into: &keys.write(slot)[0].waiting)
    }

    mutating func popHeld(_ slot: Int32) -> HeldReading? { held?.popFirst(of: &keys.write(slot)[0].waiting) }

    /// Shows the symbols of what a key holds, and puts what comes back in their place.
    mutating func visitHeldSymbols(_ slot: Int32, _ visit: (Int32) -> Int32) {
        held?.visit(keys.read(slot)[0].waiting) { reading in
            (reading.subject, reading.area, reading.event) = (
                visit(reading.subject), visit(reading.area), visit(reading.event)
            )
        }
    }

    func forEachHeld(_ slot: Int32, _ body: (HeldReading) -> Void) {
        held?.forEach(keys.read(slot)[0].waiting, body)
    }

    func writeHeld(_ slot: Int32, to out: inout ByteWriter) { held?.write(keys.read(slot)[0].waiting, to: &out) }

    mutating func restoreHeld(_ slot: Int32, from r: inout ByteReader) throws(ByteReader.Failure) {
        try held?.restore(&keys.write(slot)[0].waiting, numbers: prepared.heldNumbers, from: &r)
    }
}

/// Writes a notice as JSON whose fields stand in the order in which people read them.
extension Notice {
    public var json: String {
        var out = JSONFields()
        out.put("v", v)
        out.put("epoch", epoch)
        out.put("seq", seq)
        out.put("prev", prev)
        out.put("id", id)
        out.put("kind", kind)
        out.put("about", about)
        out.put("transition", transition)
        out.put("reason", reason)
        out.put("by", by)
        out.put("note", note)
        out.put("escalate_to", escalateTo)
        out.put("episode", episode)
        out.put("level", level)
        out.put("rank", rank)
        out.put("previous", previous)
        out.put("peak", peak)
        out.put("level_zh", levelZh)
        out.put("score", score)
        putRule(&out)
        putPlace(&out)
        putMeasurement(&out)
        putTimes(&out)
        out.put("owner", owner) { out, owner in
            out.put("lead", owner.lead)
            out.put("support", owner.support)
        }
        out.put("runbook", runbook)
        out.put("message", message, Self.put)
        return out.object
    }

    private static func put(_ out: inout JSONFields, _ text: Text) {
        out.put("zh", text.zh)
        out.put("en", text.en)
    }

    private func putRule(_ out: inout JSONFields) {
        out.put("domain", domain)
        out.put("rule", rule) { out, rule in
            out.put("id", rule.id)
            out.put("version", rule.version)
            out.put("revision", rule.revision)
        }
        out.put("title", title, Self.put)
    }

    private func putPlace(_ out: inout JSONFields) {
        out.put("key", key)
        out.put("subject", subject) { out, subject in
            out.put("id", subject.id)
            out.put("name", subject.name)
        }
        out.put("area", area) { out, area in
            out.put("code", area.code)
            out.put("name", area.name)
        }
        out.put("location", location) { out, location in
            out.put("lon", location.lon)
            out.put("lat", location.lat)
            out.put("crs", location.crs)
        }
    }

    private func putMeasurement(_ out: inout JSONFields) {
        out.put("metric", metric)
        out.put("value", value)
        out.put("threshold", threshold)
        out.put("compare", compare)
        out.put("unit", unit)
    }

    private func putTimes(_ out: inout JSONFields) {
        out.put("started_at", startedAt)
        out.put("at", at)
        out.put("decided_at", decidedAt)
        out.put("delay_s", delayS)
        out.put("backfill", backfill)
        out.put("exercise", exercise)
        out.putList("evidence", evidence) { out, reading in
            out.put("source", reading.source)
            out.put("id", reading.id)
            out.put("position", reading.position)
            out.put("value", reading.value)
        }
    }
}

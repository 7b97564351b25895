extension Finding {
    /// What a person reads in Chinese.
    public var zh: String {
        let field = field ?? ""
        let got = got ?? ""
        let want = want ?? ""
        return switch code {
        case .badFrames: "消息帧数不对:应为 [头,] 正文"
        case .messageTooLarge: "消息正文超过 \(want) 字节"
        case .emptyMessage: "消息为空"
        case .badHeader: "头帧无效:\(got)"
        case .unsupportedContentType: "不支持的内容类型 \(got)"
        case .seqGap: "序号不连续:收到 \(got),应为 \(want)"
        case .oldEpoch: "epoch \(got) 已过时,当前为 \(want)"
        case .streamConflict: "流 \(want) 的第 \(got) 条此前已收到且内容不同:有两个发送方使用同一流名"
        case .tooManyStreams: "流数量超过上限 \(want)"
        case .busy: "系统繁忙,请稍后重发"
        case .commitFailed: "写入失败,未保存,请重发" + (got.isEmpty ? "" : "(\(got))")
        case .badJSON: "不是有效的 JSON" + (got.isEmpty ? "" : ":\(got) 不是 JSON 数值,无值请用 null")
        case .badUTF8: "不是有效的 UTF-8,请先转换:iconv -f GB18030 -t UTF-8"
        case .badNumber: "数值格式错误或超出范围"
        case .nesting: "JSON 嵌套超过 \(want) 层"
        case .tooManyEvents: "一条消息最多 \(want) 个事件"
        case .notAnObject: "事件必须是 JSON 对象"
        case .duplicateKey: "字段 \(field) 重复"
        case .missingField: "缺少字段 \(field)"
        case .emptyField: "字段 \(field) 不能为空"
        case .wrongType: "字段 \(field) 类型错误:应为\(Self.typesZh[want] ?? want)"
        case .tooLong: "字段 \(field) 超过 \(want) 字节"
        case .badCharacters where field == "n": "SenML 名称 \(got) 只能含字母、数字和 - : . / _,且须以字母或数字开头"
        case .badCharacters: "字段 \(field) 含控制字符"
        case .unknownSpecversion: "不支持的 specversion \(got),应为 1.0"
        case .unsupportedData where want == "v or vb": "不接收 SenML 的 \(got),请用 v 或 vb"
        case .unsupportedData where field == "bver": "SenML 版本 \(got) 不支持:可为 1 至 \(want)"
        case .unsupportedData: "数据须为 JSON 对象,收到 \(got)"
        case .badTime: "时间格式错误:\(got);应" + (want.isEmpty ? "如 \(Self.timeExample)" : "为绝对的 Unix 秒")
        case .missingZone: "时间缺少时区:\(got);应如 \(Self.timeExample)"
        case .timeTooEarly: "时间过早:\(got)"
        case .timeTooLate: "时间在未来:\(got)"
        case .badArea: "区划代码须为 6、9、12 或 14 位数字"
        case .badPeriod: "period 须为 ISO 8601 时长,如 PT1H"
        case .badCRS: "未知坐标系 \(got)"
        case .outOfRange: "字段 \(field) 超出范围:\(want)"
        case .unitMismatch: got.isEmpty ? "缺少单位,应为 \(want)" : "单位须为 \(want),收到 \(got)"
        case .personalSubject: "监测对象形如身份证号或手机号,拒收"
        case .unexpectedField: "此处不允许字段 \(field)"
        case .tooManyFields: "附加字段超过 \(want) 个"
        case .tooManyReadings: "读数超过 \(want) 个"
        case .sourceNotAllowed: "来源 \(got) 不属于本部门"
        case .tooManySources: "来源数量超过上限 \(want)"
        case .tooManySubjects: "此来源的监测对象超过上限 \(want)"
        case .idReused: "相同标识内容不同:新事件请用新 id;网关可能重置了计数器"
        case .tooOld: "早于去重窗口(\(want)),无法判断是否重复;请改用序号流"
        case .loop: "此事件已经过本平台(\(want)),不再接收:检查各平台的转发配置"
        case .noRule: "没有规则使用 \(got)" + (want.isEmpty ? "" : ",是否为 \(want)?")
        case .unknownSubject: "监测对象 \(got) 未登记" + (want.isEmpty ? "" : ",且未给出区划:各区收不到其报警")
        case .areaMismatch: "区划 \(got) 与登记的 \(want) 不符,以登记为准"
        case .clockFast: "设备时钟快 \(span.zh),读数已保存但未参与判断"
        case .late: "比该来源最新数据晚 \(span.zh);已保存,仍按其自身时间判断"
        case .implausible: "数值 \(got) 不可信,已保存但未参与判断"
        case .repeatNotCompared: "第 \(got) 条按重复处理,未保存:此前收到的内容已无从比对;若并非重发,请改用新的流名或 epoch"
        }
    }

    /// The same in English.
    public var en: String {
        let field = field ?? ""
        let got = got ?? ""
        let want = want ?? ""
        return switch code {
        case .badFrames: "wrong number of frames: send [header,] body"
        case .messageTooLarge: "the body is larger than \(want) bytes: send fewer events at once"
        case .emptyMessage: "the message is empty"
        case .badHeader: "header frame: \(got)"
        case .unsupportedContentType: "content type \(got) is not supported"
        case .seqGap: "seq \(got) does not follow: expected \(want)"
        case .oldEpoch: "epoch \(got) is over: the current one is \(want)"
        case .streamConflict:
            "message \(got) of stream \(want) came before with another body: two senders use this name; give each its own"
        case .tooManyStreams: "more than \(want) streams"
        case .busy: "busy: nothing was kept, send again later"
        case .commitFailed: "could not be made durable: nothing was kept, send again" + (got.isEmpty ? "" : " (\(got))")
        case .badJSON: "not JSON" + (got.isEmpty ? "" : ": \(got) is no number there; null says that there is no value")
        case .badUTF8: "not UTF-8; convert it first: iconv -f GB18030 -t UTF-8"
        case .badNumber: "a number is malformed or out of range"
        case .nesting: "JSON nested deeper than \(want)"
        case .tooManyEvents: "a message holds at most \(want) events"
        case .notAnObject: "an event is a JSON object"
        case .duplicateKey: "\(field) is given twice"
        case .missingField: "\(field) is missing"
        case .emptyField: "\(field) is empty"
        case .wrongType: "\(field) must be \(want)"
        case .tooLong: "\(field) is longer than \(want) bytes"
        case .badCharacters where field == "n":
            "the SenML name \(got) may hold letters, digits and - : . / _ only, and begins with a letter or digit"
        case .badCharacters: "\(field) holds control characters"
        case .unknownSpecversion: "specversion \(got) is unknown: send 1.0"
        case .unsupportedData where want == "v or vb": "a SenML record with \(got) alone is not taken: send v or vb"
        case .unsupportedData where field == "bver": "SenML version \(got) is not taken: 1 to \(want) are"
        case .unsupportedData: "data must be a JSON object, not \(got)"
        case .badTime where !want.isEmpty: "\(got) is no time: send \(want)"
        case .badTime: "not an RFC 3339 time: \(got); write it like \(Self.timeExample)"
        case .missingZone: "the time has no zone: \(got); write it like \(Self.timeExample)"
        case .timeTooEarly: "the time is too far back: \(got)"
        case .timeTooLate: "the time is in the future: \(got)"
        case .badArea: "an area has 6, 9, 12 or 14 digits"
        case .badPeriod: "period is an ISO 8601 duration such as PT1H"
        case .badCRS: "unknown crs \(got)"
        case .outOfRange: "\(field) is out of range: \(want)"
        case .unitMismatch: "unit is \(got.isEmpty ? "absent" : got): the metric takes \(want)"
        case .personalSubject: "a subject shaped like an identity-card or mobile number is refused"
        case .unexpectedField: "\(field) does not belong here"
        case .tooManyFields: "more than \(want) further fields"
        case .tooManyReadings: "more than \(want) readings"
        case .sourceNotAllowed: "source \(got) is not among the department's"
        case .tooManySources: "more than \(want) sources"
        case .tooManySubjects: "more than \(want) subjects from this source"
        case .idReused:
            "the same identity came with other content: give a new event another id; has a gateway restarted its counter?"
        case .tooOld: "not after \(want), the edge of the duplicate window: use a sequenced stream for old data"
        case .loop: "the event has already passed this platform (\(want)): who forwards to whom goes in a circle"
        case .noRule: "no rule reads \(got)" + (want.isEmpty ? "" : "; did you mean \(want)?")
        case .unknownSubject:
            "subject \(got) is not in the registry"
                + (want.isEmpty ? "" : " and the event names no area: no district hears of its alarms")
        case .areaMismatch: "area \(got) is not the registry's \(want), which holds"
        case .clockFast: "clock \(span.en) fast; stored, not evaluated"
        case .late: "\(span.en) behind the newest event of its source; stored, and judged by its own time"
        case .implausible: "\(got) is implausible; stored, not evaluated"
        case .repeatNotCompared:
            "message \(got) is taken for a repeat and not kept; what came under its number is no longer known: if it is no repeat, use "
                + "a stream name or epoch of its own"
        }
    }

    /// Seconds in the largest unit of which there are two.
    private var span: (zh: String, en: String) {
        let seconds = Int64(got ?? "") ?? 0
        if seconds >= 2 * 86_400 { return ("\(seconds / 86_400) 天", "\(seconds / 86_400) days") }
        if seconds >= 2 * 3600 { return ("\(seconds / 3600) 小时", "\(seconds / 3600) hours") }
        if seconds >= 2 * 60 { return ("\(seconds / 60) 分钟", "\(seconds / 60) minutes") }
        return ("\(seconds) 秒", "\(seconds) s")
    }

    /// What belongs in a field, as `want` says it.
    private static let typesZh = [
        "a string": "字符串", "a number": "数字", "an object": "对象", "true or false": " true 或 false", "an array": "数组",
        "an array of objects": "对象数组", "a scalar": "字符串、数字、布尔值或 null", timeType: "字符串,如 \(timeExample)",
    ]

    static let timeExample = "2026-07-02T00:20:00+08:00"
    static let timeType = "a string such as \(timeExample)"
}

/// The streets and towns that the city's sensors stand in; codes of GB/T 2260 with three street digits.
struct Street {
    let code: Int
    let zh: String
    let en: String

    init(_ code: Int, _ zh: String, _ en: String) {
        self.code = code
        self.zh = zh
        self.en = en
    }

    var district: Int { code / 1000 }

    /// Roughly the middle of the street's district in ten-thousandths of a degree: for a map that shows a city, not a plan.
    var middle: (longitude: Int, latitude: Int) {
        switch district {
        case 320_205: (1_204_300, 315_900)
        case 320_206: (1_202_300, 316_700)
        case 320_211: (1_202_400, 315_100)
        case 320_213: (1_203_000, 315_700)
        case 320_214: (1_204_200, 314_900)
        case 320_281: (1_202_900, 318_600)
        default: (1_198_300, 313_600)
        }
    }

    static func index(of code: Int) -> Int {
        guard let found = all.firstIndex(where: { $0.code == code }) else {
            preconditionFailure("the script names streets of the table")
        }
        return found
    }

    static let all: [Street] = [
        Street(320_205_001, "东亭街道", "Dongting Subdistrict"),
        Street(320_205_002, "安镇街道", "Anzhen Subdistrict"),
        Street(320_205_003, "东北塘街道", "Dongbeitang Subdistrict"),
        Street(320_205_102, "羊尖镇", "Yangjian Town"),
        Street(320_205_103, "鹅湖镇", "Ehu Town"),
        Street(320_205_105, "锡北镇", "Xibei Town"),
        Street(320_205_106, "东港镇", "Donggang Town"),
        Street(320_206_001, "堰桥街道", "Yanqiao Subdistrict"),
        Street(320_206_002, "长安街道", "Chang'an Subdistrict"),
        Street(320_206_003, "钱桥街道", "Qianqiao Subdistrict"),
        Street(320_206_004, "前洲街道", "Qianzhou Subdistrict"),
        Street(320_206_005, "玉祁街道", "Yuqi Subdistrict"),
        Street(320_206_102, "洛社镇", "Luoshe Town"),
        Street(320_206_103, "阳山镇", "Yangshan Town"),
        Street(320_211_001, "河埒街道", "Helie Subdistrict"),
        Street(320_211_002, "荣巷街道", "Rongxiang Subdistrict"),
        Street(320_211_003, "蠡园街道", "Liyuan Subdistrict"),
        Street(320_211_004, "蠡湖街道", "Lihu Subdistrict"),
        Street(320_211_006, "华庄街道", "Huazhuang Subdistrict"),
        Street(320_211_007, "太湖街道", "Taihu Subdistrict"),
        Street(320_211_008, "雪浪街道", "Xuelang Subdistrict"),
        Street(320_211_009, "马山街道", "Mashan Subdistrict"),
        Street(320_211_101, "胡埭镇", "Hudai Town"),
        Street(320_213_021, "崇安寺街道", "Chong'ansi Subdistrict"),
        Street(320_213_022, "清名桥街道", "Qingmingqiao Subdistrict"),
        Street(320_213_023, "惠山街道", "Huishan Subdistrict"),
        Street(320_213_024, "北大街街道", "Beidajie Subdistrict"),
        Street(320_213_025, "广益街道", "Guangyi Subdistrict"),
        Street(320_213_026, "扬名街道", "Yangming Subdistrict"),
        Street(320_213_027, "山北街道", "Shanbei Subdistrict"),
        Street(320_213_028, "黄巷街道", "Huangxiang Subdistrict"),
        Street(320_213_029, "瞻江街道", "Zhanjiang Subdistrict"),
        Street(320_214_050, "旺庄街道", "Wangzhuang Subdistrict"),
        Street(320_214_051, "硕放街道", "Shuofang Subdistrict"),
        Street(320_214_052, "江溪街道", "Jiangxi Subdistrict"),
        Street(320_214_053, "新安街道", "Xin'an Subdistrict"),
        Street(320_214_054, "梅村街道", "Meicun Subdistrict"),
        Street(320_214_055, "鸿山街道", "Hongshan Subdistrict"),
        Street(320_281_001, "澄江街道", "Chengjiang Subdistrict"),
        Street(320_281_004, "南闸街道", "Nanzha Subdistrict"),
        Street(320_281_005, "云亭街道", "Yunting Subdistrict"),
        Street(320_281_007, "申港街道", "Shengang Subdistrict"),
        Street(320_281_008, "利港街道", "Ligang Subdistrict"),
        Street(320_281_009, "夏港街道", "Xiagang Subdistrict"),
        Street(320_281_100, "璜土镇", "Huangtu Town"),
        Street(320_281_102, "月城镇", "Yuecheng Town"),
        Street(320_281_103, "青阳镇", "Qingyang Town"),
        Street(320_281_104, "徐霞客镇", "Xuxiake Town"),
        Street(320_281_107, "华士镇", "Huashi Town"),
        Street(320_281_108, "周庄镇", "Zhouzhuang Town"),
        Street(320_281_109, "新桥镇", "Xinqiao Town"),
        Street(320_281_110, "长泾镇", "Changjing Town"),
        Street(320_281_111, "顾山镇", "Gushan Town"),
        Street(320_281_112, "祝塘镇", "Zhutang Town"),
        Street(320_282_001, "宜城街道", "Yicheng Subdistrict"),
        Street(320_282_002, "屺亭街道", "Qiting Subdistrict"),
        Street(320_282_003, "新庄街道", "Xinzhuang Subdistrict"),
        Street(320_282_004, "新街街道", "Xinjie Subdistrict"),
        Street(320_282_005, "芳桥街道", "Fangqiao Subdistrict"),
        Street(320_282_100, "张渚镇", "Zhangzhu Town"),
        Street(320_282_101, "西渚镇", "Xizhu Town"),
        Street(320_282_102, "太华镇", "Taihua Town"),
        Street(320_282_103, "徐舍镇", "Xushe Town"),
        Street(320_282_104, "官林镇", "Guanlin Town"),
        Street(320_282_105, "杨巷镇", "Yangxiang Town"),
        Street(320_282_106, "新建镇", "Xinjian Town"),
        Street(320_282_107, "和桥镇", "Heqiao Town"),
        Street(320_282_108, "高塍镇", "Gaocheng Town"),
        Street(320_282_109, "万石镇", "Wanshi Town"),
        Street(320_282_110, "周铁镇", "Zhoutie Town"),
        Street(320_282_112, "丁蜀镇", "Dingshu Town"),
        Street(320_282_113, "湖父镇", "Hufu Town"),
    ]
}

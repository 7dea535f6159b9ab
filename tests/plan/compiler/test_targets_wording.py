"""How a plan words a target: what a figure leans on, and what is no aim at all."""

import pytest
from tests.plan.compiler.test_targets import read, told

from shucheng.plan.compiler.model import Period


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Characters that are half of a word: 产能, 占比2026年, 并网, 服务用户.
        ("电池年产能达到30吉瓦。", ["电池年产能 >= 30吉瓦 None level"]),
        ("电子证照用证占比2026年达到80%。", ["电子证照用证占比 >= 80% 2026 level"]),
        ("新增并网光伏20万千瓦。", ["并网光伏 = 20万千瓦 None cumulative"]),
        ("到2027年,服务用户达到5万户。", ["服务用户 >= 5万户 2027 level"]),
        ("新建机房能效值须低于1.3。", ["新建机房能效值 < 1.3 None level"]),
        ("新建机房能效值不得高于1.3。", ["新建机房能效值 <= 1.3 None level"]),
        ("监测站加密至12座。", ["监测站 >= 12座 None level"]),
        # Verbs and adverbs that belong to no subject.
        ("牵头或参与制定地方标准8项。", ["地方标准 = 8项 None cumulative"]),
        ("布设水质监测浮标60个。", ["水质监测浮标 = 60个 None cumulative"]),
        ("新增各类数字驿站30座。", ["数字驿站 = 30座 None cumulative"]),
        ("力争获全国金奖2项以上。", ["全国金奖 >= 2项 None cumulative"]),
        ("争取国家试点名额3个。", ["国家试点名额 = 3个 None cumulative"]),
        # A year in the middle of the subject, or behind a counted noun.
        ("存量机房到2026年底能效值降至1.4以下。", ["存量机房能效值 <= 1.4 2026 level"]),
        ("首批8艘货轮2026年交付使用。", ["货轮 = 8艘 2026 level"]),
        # Said of what is better when small.
        ("北斗定位精度优于5厘米。", ["北斗定位精度 <= 5厘米 None level"]),
        ("出厂合格率优于98%。", ["出厂合格率 > 98% None level"]),
        # A second measure word in brackets, and units of their own kind.
        ("完成300件(套)珍品建档。", ["珍品建档 = 300件(套) None cumulative"]),
        ("新增变电容量200万千伏安。", ["变电容量 = 200万千伏安 None cumulative"]),
        ("新增道路监控500路。", ["道路监控 = 500路 None cumulative"]),
        # What can be produced is a size that is had.
        (
            "形成年产机器人2万台、减速器5万套的生产能力。",
            ["机器人年产能 = 2万台 None level", "减速器年产能 = 5万套 None level"],
        ),
        # A share said with a verb.
        (
            "虚拟电厂响应能力达到最大负荷的6%。",
            ["虚拟电厂响应能力占最大负荷比例 >= 6% None level"],
        ),
        # Verbs that stay with the noun still make it.
        ("接入泵站40座。", ["接入泵站 = 40座 None cumulative"]),
        ("千兆光网覆盖农户6万户。", ["千兆光网覆盖农户 = 6万户 None cumulative"]),
        ("空巢老人家庭烟感安装2万户。", ["空巢老人家庭烟感安装 = 2万户 None cumulative"]),
        # A measure word, and a word that begins with the same character as a longer unit.
        ("打造8个人工智能开放平台。", ["人工智能开放平台 = 8个 None cumulative"]),
        ("建设12个体验馆。", ["体验馆 = 12个 None cumulative"]),
        ("引进6家电子元件企业。", ["电子元件企业 = 6家 None cumulative"]),
        ("形成4家具有国际竞争力的企业。", ["具有国际竞争力的企业 = 4家 None cumulative"]),
        ("培养70名企业家。", ["企业家 = 70名 None cumulative"]),
        # Fractions in words, and a multiple of what was.
        ("检修时间压缩五分之二以上。", ["检修时间 >= 40% None growth"]),
        ("超七成学校接入光网。", ["学校接入光网 > 7成 None level"]),
        ("存储规模达到2023年的三倍。", ["存储规模 >= 3倍 None level"]),
        ("2023年的企业有30家。", []),
        ("夏粮秋粮比例达到3:7。", []),
        # What is done to those who are counted is what is measured.
        ("带动就业3000人,服务企业400家次。", ["带动就业 = 3000人", "服务企业 = 400家次"]),
        ("服务90家企业,带动投资20亿元。", ["企业 = 90家", "投资 = 20亿元"]),
        # A size is reached, whatever verb stands before it; what is added to it is brought about.
        ("带动旅游产业规模达到60亿元。", ["旅游产业规模 >= 60亿元 None level"]),
        ("新增销售收入6亿元。", ["销售收入 = 6亿元 None cumulative"]),
        ("推动植保作业面积达到90万亩。", ["植保作业面积 >= 90万亩 None level"]),
        ("全年完成渔业增加值9亿元。", ["渔业增加值 = 9亿元 None level"]),
        ("运行时间累计超过3万小时。", ["运行时间 > 3万小时 None cumulative"]),
        ("培训700人次船员。", ["船员 = 700人次 None cumulative"]),
        ("年培育企业30家,年培训规模900人。", ["企业 = 30家 None annual", "年培训规模 = 900人"]),
        ("近三年培育企业30家。", []),
        # A list goes on as it began.
        ("发放8000万元旅游券、500万元培训券。", ["旅游券 = 8000万元", "培训券 = 500万元"]),
        ("推动70家企业贯标、20家企业完成改造。", ["企业贯标 = 70家", "企业 = 20家"]),
        ("推广应用渔船终端4000台。", ["渔船终端 = 4000台 None cumulative"]),
        ("完成航标备案率90%以上。", ["航标备案率 >= 90% None level"]),
        # A noun that begins like a verb keeps its first word.
        ("新增建设用地指标不低于800亩。", ["建设用地指标 >= 800亩"]),
        ("新建设施农业园区20个。", ["设施农业园区 = 20个"]),
        ("新增建筑面积10万平方米。", ["建筑面积 = 10万平方米"]),
        ("建成建设工程实验室3个。", ["建设工程实验室 = 3个"]),
        ("新增建档立卡户200户。", ["建档立卡户 = 200户"]),
        ("新建成品油库3座。", ["成品油库 = 3座"]),
        ("新建成油库3座。", ["油库 = 3座"]),
        ("建设建材产业园2个。", ["建材产业园 = 2个"]),
        ("新增设备投资300亿元。", ["设备投资 = 300亿元"]),
        ("新增设站点30个。", ["站点 = 30个"]),
        ("新建设站点30个。", ["站点 = 30个"]),
        ("开办学校5所。", ["学校 = 5所"]),
        # More of what is brought about is brought about; what is added to a stock is not the stock.
        (
            "2026年集聚科研团队30家、2027年达到60家。",
            ["科研团队 = 30家 2026 cumulative", "科研团队 >= 60家 2027 cumulative"],
        ),
        (
            "2026年新增科研团队30家、2027年达到60家。",
            ["科研团队 = 30家 2026 annual", "科研团队 >= 60家 2027 level"],
        ),
        # The object of 完成 is a deed.
        ("完成航标数据征集400条。", ["航标数据征集 = 400条 None cumulative"]),
        ("航标数据发布400条。", ["航标数据 = 400条 None cumulative"]),
        # A growth that was said makes an aim of the figures after it; a ratio is no figure.
        (
            "渔业数字化水平显著提升,渔港监测率85%、渔船联网率72%。",
            ["渔港监测率 = 85%", "渔船联网率 = 72%"],
        ),
        ("渔业数字化水平存在差距,渔港监测率85%。", []),
        ("师机比达到1:1,教室联网率100%。", ["教室联网率 = 100%"]),
        ("实现90%以上的事项网办,60%的事项一次办成。", ["事项网办 >= 90%", "事项一次办成 = 60%"]),
        # For whom something is done; who pays every year; what a growth is held against.
        ("为7万户牧民安装电表。", ["牧民 = 7万户 None cumulative"]),
        ("审批时限为7个工作日。", ["审批时限 = 7个工作日 None level"]),
        ("县财政每年安排6000万元扶持资金。", ["扶持资金 = 6000万元 None annual"]),
        (
            "渔业产值增速高于全省平均水平4个百分点,占全省比重提升1个百分点。",
            ["渔业产值 = 4个百分点 None growth", "渔业产值占全省比重 = 1个百分点 None growth"],
        ),
        # An average is had, and not made.
        (
            "建成驿站6个,日均交易量900笔。",
            ["驿站 = 6个 None cumulative", "日均交易量 = 900笔 None level"],
        ),
        ("应急平台接入泵站70座。", ["应急平台接入泵站 = 70座 None cumulative"]),
        ("应急平台接入能力90座。", []),
        ("信贷产品服务农户3万户。", ["信贷产品服务农户 = 3万户 None cumulative"]),
        ("信用指数全国排名进入前20名。", ["信用指数 <= 20名 None level"]),
        # A change that is said before what changes, or behind the figure.
        ("降低渔民用油成本30%左右。", ["渔民用油成本 ~ 30% None growth"]),
        ("提高渔港监测率到60%。", ["渔港监测率 >= 60% None level"]),
        ("减少用油9万吨以上。", ["用油 >= 9万吨 None growth"]),
        ("到2027年,提升工程完成率达到60%。", ["提升工程完成率 >= 60% 2027 level"]),
        ("渔业产值保持12%以上增长。", ["渔业产值 >= 12% None growth"]),
        ("渔业产值保持12%以上的增长点。", ["渔业产值 >= 12% None level"]),
        (
            "渔港监测率、渔船联网率分别提高3个、4个百分点。",
            ["渔港监测率 = 3个百分点 None growth", "渔船联网率 = 4个百分点 None growth"],
        ),
        ("渔港总数由2024年的15座增至2027年的25座。", ["渔港总数 >= 25座 2027 level"]),
        ("渔船事故由2024年的15件降至2027年的5件。", ["渔船事故 <= 5件 2027 level"]),
        ("水产品年增长12%。", ["水产品 = 12% None growth"]),
        (
            "渔业产值增长8%,年均增速高于GDP增速4个百分点。",
            ["渔业产值 = 8%", "渔业产值 = 4个百分点"],
        ),
        (
            "建设未来产业先导区2个,引导基金规模扩大到90亿元。",
            ["未来产业先导区", "引导基金规模 >= 90"],
        ),
        ("力争未来三年建设渔港6个。", ["渔港 = 6个 2027 cumulative"]),
        ("县财政安排渔业专项资金3000万元。", ["渔业专项资金 = 3000万元 None cumulative"]),
        ("县财政总收入达到30亿元。", ["县财政总收入 >= 30亿元 None level"]),
        ("组织专题培训4期。", ["专题培训 = 4期 None cumulative"]),
        ("开放数据集90个。", ["开放数据集 = 90个 None cumulative"]),
        ("建成码头60处(含渔港2座、避风锚地6处)。", ["码头 = 60处", "渔港 = 2座", "避风锚地 = 6处"]),
        ("用水含盐量降至3克。", ["用水含盐量 <= 3克"]),
        ("新建及改扩建渔港20座。", ["渔港 = 20座 None cumulative"]),
        ("实施重点攻关项目30项、渔船改造工程6项。", ["重点攻关项目 = 30项", "渔船改造工程 = 6项"]),
        ("运输成本降至每吨5元以下。", ["运输成本 <= 5元 None level"]),
        ("年培养船员2000人,年培养能力900人。", ["船员 = 2000人 None annual", "年培养能力 = 900人"]),
        (
            "实现20米以下水域监测率90%、30米以下监测率60%。",
            ["20米以下水域监测率 = 90%", "30米以下监测率 = 60%"],
        ),
        ("纳入渔港30座,覆盖养殖水域20万亩。", ["渔港 = 30座 None cumulative", "养殖水域 = 20万亩"]),
        ("对4个行业600家以上企业实施改造。", ["企业 >= 600家 None cumulative"]),
        ("年底开展1次考核,举办2次联席会议,开展3次应急演练。", ["应急演练 = 3次"]),
        ("数据中心绿电占比每年提高8个百分点。", ["数据中心绿电占比 = 8个百分点 None growth"]),
        ("调度平台年服务渔船2000艘次。", ["服务渔船 = 2000艘次 None annual"]),
        (
            "推进光网协同,渔港光网端口5万个,渔船联网率达到30%。",
            ["渔港光网端口 = 5万个", "渔船联网率"],
        ),
        ("我县地处沿海,渔港光网端口5万个。", []),
        ("引进海工企业逾百家,产值近五百亿元。", ["海工企业 > 100家", "产值 ~ 500亿元"]),
        ("近五年建成渔港6座。", []),
        ("新三板挂牌10家。", ["新三板 = 10家 None cumulative"]),
        ("归集9000家用电单位负荷数据。", []),
        ("归集用电单位负荷数据9000条。", ["用电单位负荷数据 = 9000条"]),
        ("制定渔港管理办法及3项配套制度。", []),
        ("资源池处理器达到5万核,核心机房达到6座。", ["资源池处理器 >= 5万核", "核心机房 >= 6座"]),
        # A bracket in the midst of a list belongs to the figure before it.
        (
            "建成渔港50座(其中国家级5座)、码头200座。",
            ["渔港 = 50座", "国家级渔港 = 5座", "码头 = 200座"],
        ),
        # Verbs on both sides of what is measured.
        ("公共数据年均新增开放300项。", ["公共数据 = 300项 None annual"]),
        ("主导参与国家标准、行业标准制修订30项。", ["国家标准、行业标准 = 30项 None cumulative"]),
        ("开放测试航道70公里。", ["开放测试航道 = 70公里 None cumulative"]),
        ("统筹专项资金每年不少于3亿元。", ["专项资金 >= 3亿元 None annual"]),
        # A month of the year that is spoken of belongs to no subject.
        ("10月底前接入医院30家。", ["接入医院 = 30家 None cumulative"]),
        # What is complete is promised, though nothing compares.
        ("渡口视频监控覆盖率100%,更新渡船7艘。", ["渡口视频监控覆盖率 = 100%", "渡船 = 7艘"]),
        ("渡口视频监控覆盖率61%,更新渡船7艘。", ["渡船 = 7艘 None cumulative"]),
        # A size between a count and its noun belongs to the noun.
        (
            "培育3家以上年营收超10亿元、20家以上年营收超亿元的海工企业。",
            ["年营收超10亿元的海工企业 >= 3家", "年营收超亿元的海工企业 >= 20家"],
        ),
        ("培育5家营业收入超50亿元的企业。", ["营业收入超50亿元的企业 = 5家"]),
        ("引育10个以上投资额不低于5亿元的项目。", ["投资额不低于5亿元的项目 >= 10个"]),
        ("培育10家产值达到100亿元以上的船企。", ["产值达到100亿元以上的船企 = 10家"]),
        ("引进6个5亿元以上项目、培育2家百亿元企业。", ["5亿元以上项目 = 6个", "百亿元企业 = 2家"]),
        ("推动5家企业营收突破100亿元。", ["企业营收突破100亿元 = 5家"]),
        ("建成渔港3座,产值超过100亿元。", ["渔港 = 3座", "产值 > 100亿元"]),
        ("培育3家船企、产值超过100亿元的目标。", ["船企 = 3家", "产值 > 100亿元"]),
        # The size of what people form together; of others it names a kind.
        ("建立5000人以上的船员人才库。", ["船员人才库 >= 5000人"]),
        ("打造一支800人规模的救援队伍。", ["救援队伍 = 800人"]),
        ("引进20人以上的科研团队5个。", ["20人以上的科研团队 = 5个"]),
        ("支持100人以上的企业团队开展培训。", []),
        # What compares the figure stands before the verb.
        (
            "力争每个县(市、区)至少建成1个渔港,每个设区市打造3个以上码头。",
            ["渔港 >= 1个", "码头 >= 3个"],
        ),
        ("每年不少于培训船员500人。", ["船员 >= 500人 None annual"]),
        ("每家船企至少带动10家配套企业实施改造。", ["配套企业 >= 10家"]),
        ("每个乡镇至少有1个渔业站、每个村至少有1名渔业员。", ["渔业站 >= 1个", "渔业员 >= 1名"]),
        ("超过建设标准的码头达到3座。", ["超过建设标准的码头 >= 3座 None level"]),
        # How much there is for so many.
        ("每百家船企拥有发明专利300件。", ["每百家船企拥有发明专利 = 300件 None level"]),
        ("每百家船企申报材料300件。", []),
        # The thing that was counted so before; several stages of a project make one verb.
        (
            "新开工亿元以上渔业项目80个,完成投资300亿元,竣工投产50个。",
            ["亿元以上渔业项目 = 80个", "投资 = 300亿元", "亿元以上渔业项目 = 50个"],
        ),
        ("推动20个码头项目开工建设。", ["码头项目 = 20个"]),
        (
            "新开工建设项目80个,竣工投产率达到60%。",
            ["建设项目 = 80个", "建设项目竣工投产率 >= 60%"],
        ),
        ("签约渔业项目30个,开工率达到70%。", ["渔业项目 = 30个", "渔业项目开工率 >= 70%"]),
        ("建设渔港30座,开工率达到70%。", ["渔港 = 30座", "开工率 >= 70%"]),
        # To have a hand in a standard is to make it.
        ("主持或参与国际、国家标准10项。", ["国际、国家标准 = 10项 None cumulative"]),
        ("参与国家标准制定的船企达到20家。", ["参与国家标准制定的船企 >= 20家 None level"]),
        # Who does it stands before the number, the deed behind.
        ("带动中小船企和养殖企业1000家协同转型。", ["中小船企和养殖企业 = 1000家"]),
        ("为船员企业提供300个应用产品。", ["应用产品 = 300个"]),
        ("推进船用装备认定50项以上。", ["船用装备 >= 50项 None cumulative"]),
        ("在20个以上县(市、区)开展试点。", ["县(市、区) >= 20个 None level"]),
        # What the money is for, and what a change is held against.
        ("每年安排2亿元专项资金支持渔业发展。", ["专项资金 = 2亿元 None annual"]),
        ("办理时限在法定时限基础上压缩80%。", ["办理时限 = 80% None growth"]),
        ("培育3家用户数超100万户的渔业平台。", ["用户数超100万户的渔业平台 = 3家"]),
        # For whom, and by whom, something is done.
        ("引导不少于300家船企开展贯标。", ["船企开展贯标 >= 300家 None cumulative"]),
        ("为不少于200家企业提供算力。", ["企业 >= 200家 None cumulative"]),
        ("引导基金投资20个项目。", ["项目 = 20个 None cumulative"]),
        ("支持50家船企建设交易平台。", ["船企建设交易平台 = 50家"]),
        ("支持50家养殖企业建设交易平台。", ["养殖企业 = 50家 None cumulative"]),
        ("推动50家企业建设项目开工。", ["企业建设项目 = 50家"]),
        # Kinds by size: the size takes the place of the one before, or stands in words.
        (
            "引进亿元以上渔业项目60个,其中5亿元以上20个、10亿元以上的5个。",
            ["亿元以上渔业项目 = 60个", "5亿元以上渔业项目 = 20个", "10亿元以上的渔业项目 = 5个"],
        ),
        ("引进项目50个,其中投资额超10亿元5个。", ["项目 = 50个", "投资额超10亿元项目 = 5个"]),
        ("渔业收入5亿元以上,船企20家。", ["渔业收入 >= 5亿元", "船企 = 20家"]),
        (
            "新增亿元船舶企业3家、十亿元船舶企业2家。",
            ["亿元船舶企业 = 3家", "十亿元船舶企业 = 2家"],
        ),
        ("渔业收入超过十亿元,企业20家。", ["渔业收入 > 10亿元", "企业 = 20家"]),
        # Within which time something is done.
        ("渔民诉求2小时内响应、24小时内办结。", ["渔民诉求 <= 2小时", "渔民诉求 <= 24小时"]),
        ("渔民诉求2小时内办结率达到95%。", ["渔民诉求2小时内办结率 >= 95%"]),
        # Half of a noun: 申请材料, 新设备.
        ("船检申请材料不超过3份,申请专利30件。", ["船检申请材料 <= 3份", "专利 = 30件"]),
        ("新设渔业基金3只,规模不少于6亿元。", ["渔业基金 = 3只", "渔业基金规模 >= 6亿元"]),
        ("新设备投资3亿元以上。", ["新设备投资 >= 3亿元"]),
        # Whom a thing is for is no size to be reached; a fund has two.
        ("建成容纳500人的渔业展馆,培训500名船员。", ["船员 = 500名"]),
        ("光网覆盖100万户的渔民家庭。", ["渔民家庭 = 100万户"]),
        (
            "设立首期规模1亿元、总规模5亿元的渔业基金。",
            ["渔业基金首期规模 = 1亿元 None level", "渔业基金总规模 = 5亿元 None level"],
        ),
        ("每个渔业联合体至少突破2项技术。", ["技术 >= 2项 None cumulative"]),
        ("渔业技术项目至少突破20项。", ["渔业技术项目 > 20项"]),
        ("百人以上船企数字化转型率达到90%。", ["百人以上船企数字化转型率 >= 90%"]),
        ("以不低于每年20%的增速扩大算力规模。", []),
        # A member of an enumeration, right behind its semicolon.
        (
            "引进渔业资金5亿元;实际使用外资3亿美元。",
            ["渔业资金 = 5亿元", "实际使用外资 = 3亿美元 None level"],
        ),
        ("引进船企20家;我市地处沿海,常住人口300万人。", ["船企 = 20家 None cumulative"]),
        # What a single year adds.
        ("2026年新增充电桩300个。", ["充电桩 = 300个 2026 annual"]),
    ],
)
def test_the_words_around_a_figure(text: str, expected: list[str]) -> None:
    found = told(text)
    assert len(found) == len(expected)
    assert all(map(str.startswith, found, expected))


@pytest.mark.parametrize(
    "text",
    [
        # A condition, a ban, a weight in an appraisal.
        "对年产值首次突破8亿元的企业,按设备投入的3‰给予奖励。",
        "对出货量超过100万件的企业给予20万元奖励。",
        "严禁在园区外新建2000架以上的数据中心。",
        "纳入绩效考核,考核权重不低于3%。",
        # The size of a project.
        "开工建设东岭60万千瓦抽水蓄能电站,项目总投资45亿元。",
        "推进南湖50万千瓦渔光互补、北湖30万千瓦林光互补等项目。",
        "设计年送电量300亿千瓦时。",
        # What needs a latency, and the band of a station.
        "面向远程手术等10毫秒以内低时延业务布局节点。",
        "利用700MHz频段开展覆盖。",
    ],
)
def test_a_condition_or_a_size_is_no_aim(text: str) -> None:
    assert told(text) == []


def test_a_size_that_names_a_class_leaves_the_figure_after_it() -> None:
    assert told("客运车辆、15米以上货船定位终端安装率达到95%。") == [
        "客运车辆、15米以上货船定位终端安装率 >= 95% None level"
    ]
    assert told("预警信息20分钟内送达率达到98%。") == ["预警信息20分钟内送达率 >= 98% None level"]


def test_an_order_ends_a_report_of_the_past() -> None:
    text = "2023年平台注册用户200万人。推动数据融合,开发数据产品15个。"
    assert told(text) == ["数据产品 = 15个 None cumulative"]


def test_a_longer_plan_still_has_the_present_five_years_before_it() -> None:
    text = "“十四五”期间新建变电站3座。"
    assert [t.year for t in read(text, period=Period(2023, 2030))[0]] == [2025]
    assert read(text, period=Period(2025, 2027))[0] == []


def test_a_year_in_the_midst_of_a_sentence_is_said_of_its_clause_alone() -> None:
    opens = "到2026年,渔港监测率达到60%。渔船联网率达到90%。"
    assert [(t.year, t.implied_year) for t in read(opens)[0]] == [(2026, None), (2026, None)]
    within = "加快建设海缆二期工程,2026年底前新增海缆90公里。渔船联网率达到90%。"
    assert [(t.year, t.implied_year) for t in read(within)[0]] == [(2026, None), (None, 2027)]
    aimed = "坚持创新驱动和需求牵引并重,到2026年,渔港监测率达到60%。渔船联网率达到90%。"
    assert [t.year for t in read(aimed)[0]] == [2026, 2026]

"""What is no finding where the words leave a doubt, and rows that are one whatever their parts are called.

Each pair is a sound text that a hasty reader stumbles over, and the same with a fault that nobody can explain away.
"""

import random
import re

import pytest

from apps.reports.proofreading import check
from apps.reports.proofreading.arithmetic import is_slip
from apps.reports.proofreading.doubts import Doubts
from apps.reports.proofreading.tokens import Lexer
from apps.reports.proofreading.written import PERCENT

# --- slips


@pytest.mark.parametrize(
    ("printed", "due"), [("198", "197"), ("194", "197"), ("187", "197"), ("179", "197"), ("1004", "1023")]
)
def test_what_is_near_or_misprinted_can_be_a_slip(printed, due):
    assert is_slip(printed, due, is_share=False)


@pytest.mark.parametrize(("printed", "due"), [("29", "49"), ("9", "13"), ("372", "18"), ("152", "164"), ("762", "798")])
def test_what_is_far_off_is_another_number(printed, due):
    assert not is_slip(printed, due, is_share=False)


@pytest.mark.parametrize(
    ("printed", "due", "can"), [("78.8", "74.2", True), ("82.0", "97.3", False), ("69.1", "91.6", False)]
)
def test_a_share_is_off_by_a_few_points_or_is_of_something_else(printed, due, can):
    assert is_slip(printed, due, is_share=True) is can


# --- another reading

PAIRS = {
    "all but those in the bracket": (
        "承办提案163件，全部办复，按时办复率98.8%（2件经同意延期）。",
        "承办提案163件，全部办复，按时办复率98.3%（2件经同意延期）。",
        ("impossible", "98.3"),
    ),
    "a rate of suggestions in the proposals": (
        "承办提案16件。16件提案共提出建议61条，采纳49条，部分采纳8条，采纳率（含部分采纳）93.4%。",
        None,
        None,
    ),
    "votes of so many, as fractions": (
        "发出评议表62份，收回61份。三家单位的满意票为58/60、57/60、45/60，满意率依次为96.7%、95.0%、75.0%。",
        None,
        None,
    ),
    "those that may be published, and the others": (
        "形成答复函202份。可公开的答复函177份已全部公开，25份因涉及商业秘密不予公开。",
        "形成答复函177份。答复函177份已全部公开。\n另有25份因涉及商业秘密不予公开。",
        ("sum", "177"),
    ),
    "votes on each of many places": (
        "\n".join(
            f"{name}：满意{good}票，基本满意{fair}票。"
            for name, good, fair in (("甲局", 60, 5), ("乙局", 58, 7), ("丙局", 57, 8), ("丁局", 54, 11))
        ),
        None,
        None,
    ),
    "a list that goes on behind the others": (
        "领导领办的38件，其中市长领办3件、副市长领办5件、其他副市长领办21件，市委领导领办9件。",
        "领导领办的38件，其中市长领办3件、副市长领办5件、市委领导领办9件、其他领导领办23件。",
        ("sum", "40"),
    ),
    "the last part has a list of its own": (
        "承办提案182件。办结173件，A类115件，B类50件，C类8件。收到反馈168件，满意160件、基本满意8件，其余5件正在反馈。",
        "承办提案182件。办结173件，A类115件，B类50件，C类10件。收到反馈168件，满意160件、基本满意8件。",
        ("sum", "175"),
    ),
    "some of two papers of a title": (
        "承办提案226件，其中重点提案10件。区长督办《加装电梯的提案》等2件重点提案，其余8件由副区长领办。",
        "承办提案226件，其中重点提案10件。区长督办2件重点提案，其余9件重点提案由副区长领办。",
        ("sum", "9"),
    ),
    "who reaches a rate": (
        "办复率达到100%的有31个单位；较低的有：市水利局（承办9件，办复7件，办复率77.8%）。",
        "办复率较低的有：市水利局（承办9件，办复7件，办复率78.8%）。",
        ("percent", "78.8"),
    ),
    "what would be, if it were counted so": (
        "答复151份。收到意见表149份，满意146份，基本满意3份，满意率98.0%。若以151件计，则为96.7%。",
        "答复151份。收到意见表149份，满意146份，基本满意3份，满意率96.2%。",
        ("percent", "96.2"),
    ),
    "the growth of all and of its parts": (
        "承办总数由88件增至94件，其中建议减少2件，提案增加8件。",
        "承办总数由88件增至94件，增加8件。",
        ("sum", "8"),
    ),
    # --- rows
    "a whole far before its parts": (
        "经审查，立案208件；并案9件；不予立案14件。立案提案拟交党委部门11件，政府部门190件，司法机关3件，群众团体4件。",
        "经审查，立案208件；并案9件；不予立案14件。立案提案拟交党委部门11件，政府部门190件，司法机关3件，群众团体6件。",
        ("sum", "210"),
    ),
    "two parts behind 其中, units counted too": (
        "先进单位共承办提案238件，占60.4%，其中主城区6个单位承办68件，市直18个单位承办170件。",
        "先进单位共承办提案238件，占60.4%，其中主城区6个单位承办68件，市直18个单位承办171件。",
        ("sum", "239"),
    ),
    "the whole behind its parts": (
        "5月答复18件，6月答复37件，7月答复29件，8月答复12件，全市96件提案答复完毕。",
        "5月答复18件，6月答复37件，7月答复29件，8月答复13件，全市96件提案答复完毕。",
        ("sum", "97"),
    ),
    "what came of last year's": (
        "2022年B类提案51件，现已转为A类23件，占45.1%，仍在推进25件，不再实施的3件。",
        "2022年B类提案51件，现已转为A类23件，占45.1%，仍在推进26件，不再实施的3件。",
        ("sum", "52"),
    ),
    "some of them, by their words": (
        "承办提案52件，其中涉及城市更新的20件，主要有停车12件、绿化6件、照明3件。",
        None,
        None,
    ),
    "in one breath with what was": (
        "今年承办提案84件，截至7月31日，办结61件，比6月底的52件增加9件。",
        "今年承办提案84件，截至7月31日，办结61件，比6月底的52件增加11件。",
        ("sum", "11"),
    ),
    # --- named again
    "all of them, put into a system": (
        "承办提案296件，全部办结，满意287件，基本满意9件。一是完善机制，将296件提案全部录入系统。",
        "承办提案296件，全部办结，满意287件，基本满意9件。一是完善机制，将295件提案全部录入系统。",
        ("repeat", "295"),
    ),
    "more of a class than there are": (
        "承办提案300件，A类243件，B类52件，C类5件。下一步，抓好52件B类提案的跟踪落实。",
        "承办提案300件，A类243件，B类52件，C类5件。下一步，抓好248件B类提案的跟踪落实。",
        ("repeat", "248"),
    ),
    "fewer of a class, which may be some of them": (
        "承办提案300件，A类243件，B类52件，C类5件。下一步，抓好40件B类提案的跟踪落实。",
        None,
        None,
    ),
    "last year's total left in": (
        "办理提案174件，去年为189件。A类119件，B类46件，C类9件。尽管174件提案已全部办结，但仍有差距。",
        "办理提案174件，去年为189件。A类119件，B类46件，C类9件。尽管189件提案已全部办结，但仍有差距。",
        ("repeat", "189"),
    ),
    "the rest of a class by its name": (
        "办理提案105件，A类70件，B类31件，C类4件。31件B类中有9件依赖资金。把这9件向上专报；其余22件B类提案由县政府调度。",
        "办理提案105件，A类70件，B类31件，C类4件。31件B类中有9件依赖资金。把这9件向上专报；其余20件B类提案由县政府调度。",
        ("sum", "20"),
    ),
    "a class by its words, put under watch": (
        "办理提案240件，解决或基本解决191件，正在解决或列入计划解决的39件，暂时难以解决的10件。我们将对39件B类提案定期盘点。",
        "办理提案240件，解决或基本解决191件，正在解决或列入计划解决的39件，暂时难以解决的10件。我们将对41件B类提案定期盘点。",
        ("repeat", "41"),
    ),
    "two in one breath": (
        "2021年办理提案137件，A类96件，B类33件，C类8件。对33件B类提案、8件C类提案继续跟踪，对2019年的5件C类提案也要回访。",
        "办理提案137件，A类96件，B类33件，C类8件。对33件B类提案、6件C类提案继续跟踪。",
        ("repeat", "6"),
    ),
    "those that somebody led": (
        "办理省、市提案44件，其中省提案3件（均为会办），市提案41件（主办12件、会办29件）。32件会办提案的意见均已送达。",
        "办理市提案41件（主办12件、会办29件）。主办的14件已全部答复。",
        ("repeat", "14"),
    ),
    "a class of two kinds of paper": (
        "建议96件，A类61件，B类28件，C类7件。提案134件，A类90件，B类37件，C类7件。要对65件B类件再作梳理。",
        "建议96件，A类61件，B类28件，C类7件。提案134件，A类90件，B类37件，C类7件。要对56件B类件再作梳理。",
        ("repeat", "56"),
    ),
    "a name of their own": (
        "承办提案80件，办好了52件，办了一半的22件，没办动的6件。没办动的6件怎么办？基本满意8件，各有各的原因。",
        "承办提案80件，办好了52件，办了一半的22件，没办动的6件。没办动的8件怎么办？基本满意8件，各有各的原因。",
        ("repeat", "8"),
    ),
    "all of them but some": (
        "承办提案189件，A类131件，B类51件，C类7件。除8件不宜公开外，181件提案的答复全部公开。",
        "承办提案189件，A类131件，B类51件，C类7件。187件提案的答复全部公开。",
        ("repeat", "187"),
    ),
    "of both ways, and of one": (
        "区政协提案15件中，独办3件、主办4件、协办8件。独办、主办的7件提案已全部答复。",
        "区政协提案15件中，独办3件、主办4件、协办8件。协办的9件提案已全部答复。",
        ("repeat", "9"),
    ),
    "a class of another year": (
        "2015年办理提案168件，A类113件，B类46件，C类9件。对2014年度B类的45件提案回头看，30件已转为A类。",
        "办理提案168件，A类113件，B类46件，C类9件。加强对B类45件提案的动态管理。",
        ("repeat", "45"),
    ),
    "some that a few words tell for the first time": (
        "承办提案23件，主办20件，会办3件。有21件提案涉及城市更新，另有2件提案涉及农田。",
        "承办提案23件，主办20件，会办3件。将21件提案全部录入系统。",
        ("repeat", "21"),
    ),
    # --- of all, and one that is not
    "all satisfied, and some fairly so": (
        "承办提案152件，全部办复，152件均表示满意。\n上年基本满意2件。",
        "承办提案152件，全部办复，152件均表示满意。\n评价反馈：基本满意2件。",
        ("sum", "152"),
    ),
    "none dissatisfied": (
        "满意126件，基本满意5件。全年131件提案中无不满意件。",
        "满意126件，基本满意3件，不满意2件。全年131件提案中无不满意件。",
        ("sum", "131"),
    ),
    "satisfied, and one that only understood": (
        "交办提案19件，委员对19件全部表示满意。第一次征求意见时有1件不满意，经重新办理转为满意。",
        "交办提案19件，委员对19件全部表示满意。唯有提出铁路的那位委员，经面谈，表示理解。",
        ("sum", "19"),
    ),
    "all but some, and as many as all": (
        "承办提案126件，除2件经同意延期外，其余124件全部按期办复。",
        "承办提案126件，除2件经同意延期外，126件全部按期办复。",
        ("sum", "126"),
    ),
    "all satisfied with one side of it": (
        "承办149件。对办理态度，149件全部评价满意；对办理结果，138件评价满意，11件评价基本满意。",
        "承办149件。对办理结果，149件全部评价满意。\n满意138件，基本满意11件。",
        ("sum", "149"),
    ),
    "all satisfied, said without a number": (
        "承办提案141件。现已全部办结，委员对办理结果均表示满意或基本满意。\n满意134件，基本满意7件。",
        "承办提案141件。现已全部办结，委员对办理结果均表示满意或基本满意。\n满意134件，基本满意6件，不满意1件。",
        ("repeat", "均表示满意或基本满意"),
    ),
    "all satisfied, and three people told of far behind": (
        "提案回执132件，全部表示满意。\n交办会开了一次。\n去年有3位委员对办理结果表示基本满意。",
        "提案回执132件，全部表示满意。\n交办会开了一次。\n有3位委员对办理结果表示基本满意，认为推进偏慢。",
        ("sum", "132"),
    ),
    "satisfied with those of one office": (
        "主办的9件，提案者全部满意。\n全市提案307件，满意299件，基本满意8件。",
        "307件提案，提案者全部满意。\n全市提案307件，满意299件，基本满意8件。",
        ("sum", "307"),
    ),
    "in time, and one by its number that was not": (
        "承办提案76件，已全部按期办结，按期办结率100%。第058号提案经同意延期20天。",
        "承办提案76件，已全部按期办结，按期办结率100%，仅第058号提案因需会商，延期20天办结。",
        ("percent", "100"),
    ),
    "all in time, without a number": (
        "承办提案76件。\n所有提案均在6月30日前答复完毕。\n对逾期未办的发出督办通知9份，3件会办意见延至7月前送达，经同意。",
        "承办提案76件。\n所有提案均在6月30日前答复完毕。\n清香街道的2件因权属调查，延至7月15日答复。",
        ("repeat", "均在6月30日前答复"),
    ),
    "a class beside its others": (
        "主办提案13件，其中A类12件、B类1件，A类均已落实。",
        "主办提案13件，其中A类12件、B类1件，全部为A类提案。",
        ("sum", "1"),
    ),
    # --- bases
    "rates in turn": (
        "收回反馈意见表481份，其中对办理工作满意的480份，对办理结果满意的474份，满意率分别达到99.8%和98.5%。",
        None,
        None,
    ),
    "what merging left": (
        "收到提案318件，立案289件，并案12件后为277件，其中交由政府办理的241件，占并案后提案总数的87.0%。",
        "收到提案318件，立案289件，并案12件后为277件，其中交由政府办理的241件，占并案后提案总数的83.4%。",
        ("percent", "83.4"),
    ),
    "the rate of one class of those that a few led": (
        "主办342件，A类247件，占72.22%；B类76件，占22.22%；C类19件，占5.56%。\n县区主办31件，A类23件。\n县区主办件的A类率为74.19%。",
        "主办342件，A类247件，占72.22%；B类76件，占22.22%；C类19件，占5.56%。\nA类提案占比为74.22%。",
        ("repeat", "74.22"),
    ),
    "two kinds of paper, each with its own": (
        "103件建议中，已解决68件，列入计划28件，因客观条件暂难解决的7件。149件提案中，已解决104件，列入计划39件，因客观条件暂难解决的6件。",
        None,
        None,
    ),
    "last year's total under this year's name": (
        "区政府〔2022〕87号\n承办提案143件，较2021年的138件增加5件。\n2022年的143件提案办理工作已告一段落。",
        "区政府〔2022〕87号\n承办提案143件，较2021年的138件增加5件。\n2022年的138件提案办理工作已告一段落。",
        ("repeat", "138"),
    ),
    # --- tens, and what one row is of
    "a digit of the tens in a long row": (
        "办理提案356件，具体如下：\n4月办复38件，5月办复95件，6月办复132件，7月办复63件，8月办复28件。",
        "办理提案356件，具体如下：\n4月办复38件，5月办复95件，6月办复142件，7月办复63件，8月办复28件。",
        ("sum", "366"),
    ),
    "shares of what came back": (
        "承办提案115件。收回反馈表110份，满意106份，占96.4%；基本满意4份，占3.6%。",
        "承办提案115件。收回反馈表110份，满意106份，占96.4%；基本满意4份，占3.5%。",
        ("percent", "3.5"),
    ),
    "each of several leaders": (
        "遴选重点提案19件，其中县长督办3件，7位副主席每人督办2件，秘书长督办2件。",
        "遴选重点提案18件，其中县长督办3件，7位副主席每人督办2件，秘书长督办2件。",
        ("sum", "19"),
    ),
    "last year's in a bracket behind the change": (
        "承办提案194件，较2021年度减少8件（2021年度为202件）。",
        "承办提案194件，较2021年度减少6件（2021年度为202件）。",
        ("sum", "6"),
    ),
    "units that are praised": (
        "承办提案162件，满意152件，基本满意9件，不满意1件。区教育局、区文旅局2个单位满意率达到100%，提出表扬。",
        "承办提案162件，满意152件，基本满意9件，不满意1件。全部提案满意率达到100%。",
        ("percent", "100"),
    ),
    "a class and what it was then": (
        "A类提案88件，占61.1%；B类47件，占32.6%；C类9件，占6.3%。其中，A类比例较2011年的56.8%提高4.3个百分点。",
        "A类提案88件，占61.1%；B类47件，占32.6%；C类9件，占6.3%。其中，A类比例较2011年的56.8%提高5.3个百分点。",
        ("percent", "5.3"),
    ),
    "two kinds of paper, split together": (
        "今年收到建议8件、提案7件，其中主办6件、会办9件。",
        "今年收到建议8件、提案7件，合计15件，其中主办6件、会办10件。",
        ("sum", "16"),
    ),
    "all answered but one by its number": (
        "交办提案115件。办复率达到100%。会办的第032号提案已答复。",
        "交办提案115件。办复率达到100%。但截至目前，县水务局第032号提案尚未答复。",
        ("percent", "100"),
    ),
    "a class that changed, and what it was": (
        "承办提案329件，A类188件，B类112件，C类29件。与上年相比，B类提案减少4件，上年B类为116件。",
        "承办提案329件，A类188件，B类112件，C类29件。与上年相比，B类提案减少6件，上年B类为116件。",
        ("sum", "6"),
    ),
    "papers of two levels, satisfied of one": (
        "市政协提案主办的7件已全部答复，提案者均表示满意。\n区政协148件提案，满意137件，基本满意10件，不满意1件。",
        "区政协148件提案已全部答复，提案者均表示满意。\n区政协148件提案，满意137件，基本满意10件，不满意1件。",
        ("sum", "148"),
    ),
    "态度 and 结果, and one named again": (
        "交办57件。对办理态度满意57件，满意率100%；对办理结果满意52件，基本满意4件，不满意1件。\n不满意1件已说明情况。",
        "交办57件。对办理结果满意52件，基本满意4件，不满意1件，满意率100%。\n不满意1件已说明情况。",
        ("percent", "100"),
    ),
    "a rate of both kinds of paper": (
        "103件建议中，代表满意100件、基本满意3件；131件提案中，委员满意128件、基本满意3件。综合满意率为97.4%。",
        None,
        None,
    ),
    "a part that is called like other papers": (
        "主办件11件、协办件8件。主办件中，大气防治4件，水污染防治3件，噪声扰民2件，固废处置1件，环保宣传1件。",
        "主办件11件、协办件8件。主办件中，大气防治4件，水污染防治3件，噪声扰民2件，固废处置3件。",
        ("sum", "12"),
    ),
    "merged, and so many left": (
        "收到提案402件。经审查，立案386件，并案处理21件后，实际交办365件。",
        "收到提案402件。经审查，立案386件，不予立案21件。",
        ("sum", "407"),
    ),
    "one office's share of a class": (
        "主办提案90件，A类61件，占67.8%；B类25件，占27.8%；C类4件，占4.4%。县水利局A类率为58.3%，相对偏低。",
        "主办提案90件，A类61件，占67.8%；B类25件，占27.8%；C类4件，占4.4%。全县A类率为58.3%，相对偏低。",
        ("repeat", "58.3"),
    ),
    "one paper of a place in a table": (
        "镇\t件数\n东山镇\t12\n西河镇\t7\n合计\t19\n东山镇有1件提案答复超过时限3天，西河镇有2件提案被评为优秀。",
        "镇\t件数\n东山镇\t12\n西河镇\t7\n合计\t19\n东山镇承办11件，数量最多。",
        ("repeat", "11"),
    ),
    "some that were satisfied": (
        "承办提案169件。委员对160件提案的办理表示满意，对9件提案的办理表示基本满意。",
        "承办提案169件。对160件提案的办理，委员均表示满意。",
        ("repeat", "160"),
    ),
    "fairly satisfied told as a rate only": (
        "收到反馈表268件，满意率95.1%，基本满意率4.1%，另有2件表示理解。",
        "收到反馈表268件，满意255件，满意率95.1%，基本满意率4.9%，另有2件表示理解。",
        ("percent", "4.9"),
    ),
    "compared with last year's total": (
        "2023年承办提案47件，其中主办28件、会办19件，总量较2022年的41件增加6件。",
        "2023年承办提案47件，其中主办28件、会办19件，总量较2022年的41件增加5件。",
        ("sum", "5"),
    ),
    "last year's count in a sentence of its own": (
        "收到提案415件，立案386件。与2020年立案350件相比，增加36件，增长10.3%。",
        "收到提案415件，立案386件。与2020年立案350件相比，增加36件，增长9.3%。",
        ("percent", "9.3"),
    ),
    "a part, last year's, and how much more": (
        "今年界别提案48件，占20.3%；上年界别提案40件，占18.1%。界别提案增加8件，增长20.0%。",
        "今年界别提案48件，占20.3%；上年界别提案40件，占18.1%。界别提案增加8件，增长16.7%。",
        ("percent", "16.7"),
    ),
    "a class, then and now": (
        "承办提案209件，A类154件，B类45件，C类10件。\n上年承办204件，今年增加5件；上年A类151件，今年增加3件。",
        "承办提案209件，A类154件，B类45件，C类10件。\n上年承办204件，今年增加5件；上年A类151件，今年增加4件。",
        ("sum", "4"),
    ),
    "more of one, fewer of the other": (
        "与上年相比，建议减少7件，提案增加12件，总量增加5件。",
        "与上年相比，建议减少7件，提案增加12件，总量增加6件。",
        ("sum", "6"),
    ),
    "two years beside one another": (
        "2022年立案231件，2021年立案210件，增加21件，增长10%。",
        "2022年立案231件，2021年立案210件，增加21件，增长9.1%。",
        ("percent", "9.1"),
    ),
    "growth told before the difference": (
        "全年收到提案360件，同比增长12.5%，增加40件。",
        "全年收到提案360件，同比增长11.1%，增加40件。",
        ("percent", "11.1"),
    ),
    "points, and last year's rate behind them": (
        "A类占72.4%，比上年提高4.3个百分点（上年68.1%）。",
        "A类占72.4%，比上年提高3.4个百分点（上年68.1%）。",
        ("percent", "3.4"),
    ),
    "twice as many as last year": (
        "承办提案92件，比上年的46件翻了一番。",
        "承办提案72件，比上年的46件翻了一番。",
        ("percent", "翻了一番"),
    ),
    "all in time, and some that had longer": (
        "67件提案全部在规定的3个月时限内办复。其中2件提案经委员同意，调整了牵头单位。",
        "67件提案全部在规定的3个月时限内办复。其中2件提案经委员同意，延期至第4个月才答复。",
        ("sum", "67"),
    ),
    "all answered in time, and some not at all": (
        "交办提案146件，均已按期答复。\n截至5月底尚未答复的3件，6月底前也已答复。",
        "146件提案均已按期答复委员。\n截至8月2日，已答复143件；县文旅局2件、县交通局1件尚未答复，正在与委员沟通。",
        ("sum", "146"),
    ),
    "all closed, and some still in hand": (
        "交办提案97件，当时还有3件正在办理中。\n现97件均已办结。",
        "交办提案97件，97件均已办结。\n目前还有3件提案正在办理中。",
        ("sum", "97"),
    ),
    "not content at first, and at last": (
        "截至2022年9月，全部按期办结，提案者全部表示满意。其中，第041号提案的提案者对第一次答复有意见，再次上门后表示满意。",
        "截至2022年9月，全部按期办结，提案者全部表示满意。其中，第041号提案的提案者对第一次答复有意见，再次上门后最终表示理解。",
        ("repeat", "全部表示满意"),
    ),
    "a rate of all but those still in hand": (
        "截至6月底，办结率98.3%，另有2件正在抓紧办理。\n现120件提案已全部按期办结。",
        "交办提案120件，已全部按期办结。\n办结率98.3%，比上年提高1.2个百分点，最后2件将尽快办好。",
        ("sum", "120"),
    ),
    "two rates of all, and some not met": (
        "承办56件，面商率、办复率均达100%。\n有2件提案由委员主动上门，与承办单位面商。",
        "承办56件，面商率、办复率均达100%。\n有2件提案未与委员面商就直接答复。",
        ("percent", "100"),
    ),
    "one part with its digits exchanged": (
        "承办提案249件，其中农业方面84件，工业方面63件，文教方面58件，交通方面29件，其他方面15件。",
        "承办提案249件，其中农业方面84件，工业方面63件，文教方面85件，交通方面29件，其他方面15件。",
        ("sum", "276"),
    ),
    "two told again in one phrase": (
        "承办168件，A类113件，B类46件，C类9件，满意160件，基本满意6件，不满意2件。\n对2件不满意和46件B类提案继续跟踪。",
        "承办168件，A类113件，B类46件，C类9件，满意160件，基本满意6件，不满意2件。\n对2件不满意和49件B类提案继续跟踪。",
        ("repeat", "49"),
    ),
    "the work that is left with two classes": (
        "承办168件，A类113件，B类46件，C类9件。\n三是B类提案46件和C类提案9件的后续工作有待加强。",
        "承办168件，A类113件，B类46件，C类9件。\n三是B类提案46件和C类提案7件的后续工作有待加强。",
        ("repeat", "7"),
    ),
    "two by names of their own": (
        "承办提案122件。从结果看，办结的83件，占68.0%；正在办理的29件，占23.8%；纳入规划的10件，占8.2%。\n对正在办理的29件和纳入规划的10件，按季调度。",
        "承办提案122件。从结果看，办结的83件，占68.0%；正在办理的29件，占23.8%；纳入规划的10件，占8.2%。\n对正在办理的29件和纳入规划的12件，按季调度。",
        ("repeat", "12"),
    ),
    "what each office must do with all": (
        "承办168件，A类113件，B类46件，C类9件。\n各单位5件以上B类提案要列出清单，各承办单位要对46件B类提案逐件过堂。",
        "承办168件，A类113件，B类46件，C类9件。\n各承办单位要对64件B类提案逐件过堂。",
        ("repeat", "64"),
    ),
    "all but one by its number": (
        "交办66件，除第052号提案委员表示理解外，其余65件均表示满意。",
        "交办66件，除第052号提案委员表示理解外，其余66件均表示满意。",
        ("sum", "66"),
    ),
    "a count said again behind its share": (
        "立案265件。67.5%即179件出自委员个人，17.7%即47件为委员联名，14.7%即39件由集体提出。",
        "立案265件。67.5%即179件出自委员个人，16.6%即47件为委员联名，14.7%即39件由集体提出。",
        ("percent", "16.6"),
    ),
}


def found(text):
    return [(one.rule, one.printed) for one in check(text).findings]


@pytest.mark.parametrize("name", PAIRS)
def test_what_another_reading_explains_is_sound(name):
    sound, *_ = PAIRS[name]
    assert found(sound) == [], [(one.where, one.suggestion) for one in check(sound).findings]


@pytest.mark.parametrize("name", [name for name, (_, wrong, _) in PAIRS.items() if wrong])
def test_what_no_reading_explains_is_found(name):
    _, wrong, fault = PAIRS[name]
    assert fault in found(wrong), found(wrong)


def test_a_doubt_needs_numbers_of_one_unit_beside_the_share():
    lexer = Lexer()
    lexer.read(0, "提出建议61条，走访49人，采纳率80.3%。")
    lexer.read(1, "提出建议61条，采纳49条，采纳率80.3%。")
    first, second = (one for one in lexer.mentions if one.kind == PERCENT)
    doubts = Doubts(lexer.mentions)
    assert not doubts.share(first)
    assert doubts.share(second)


# --- nothing that people write breaks it

PIECES = re.split(
    " +",
    """提案 建议 件 份 % 率 占 其中 其余 ， 。 、 ； ： （ ） 197 183 9 6 0 100 92.9% 2.5% 百分之五 三十 一件
 A类 B类 满意 不满意 基本满意 全部 均 比 上年 增加 减少 由 增至 分别为 合计 共 重点 立案 办复 回收 单位 个 人次
 2020年 5月 即 计 没有 各 每 率为 办结率 的 中 \t | 合计\t 第3号 《标题》 “ ” 另 不予立案 转为 联名 主办 会办
 12家 这那十 若以 / 45/60 约 余 近 百分点""",
)


@pytest.mark.parametrize("seed", range(40))
def test_no_order_of_such_words_breaks_it(seed):
    chance = random.Random(seed)
    for _ in range(25):
        check("".join(chance.choices(PIECES, k=chance.randint(3, 90)))).as_json()

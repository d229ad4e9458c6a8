"""Why a figure was missed or wrongly flagged in letters that nobody had seen: each cause with its neighbours.

For each cause a sound text that is not flagged and the same with one fault, found. The wordings are our own; the
expectations are arithmetic.
"""

import pytest

from apps.reports.proofreading import check
from apps.reports.proofreading.reading import document_of_text

CAUSES = {
    # --- the rest, and lists that say that they are whole
    "a list by units that ends with the others": (
        "县政府主办提案120件。从承办单位看，县教体局30件，县交通局25件，县水利局20件，其他单位45件，合计主办120件。",
        "县政府主办提案120件。从承办单位看，县教体局30件，县交通局25件，县水利局20件，其他单位42件，合计主办120件。",
        ("sum", "117"),
    ),
    "the others and what they count": (
        "局领导领办提案16件，其中局长领办3件，总工程师领办4件，其余3位副局长领办9件。",
        "局领导领办提案16件，其中局长领办3件，总工程师领办4件，其余3位副局长领办8件。",
        ("sum", "15"),
    ),
    "other units, many of them": (
        "承办提案90件，其中区教育局20件，区住建局30件，其余12个单位共承办40件。",
        "承办提案90件，其中区教育局20件，区住建局30件，其余12个单位共承办41件。",
        ("sum", "91"),
    ),
    "a rest behind a rate": (
        "会议收到提案220件。经审查，立案198件，立案率90.0%；其余22件转作社情民意。",
        "会议收到提案220件。经审查，立案198件，立案率90.0%；其余32件转作社情民意。",
        ("sum", "230"),
    ),
    "each of those named": (
        "今年各镇、街道共承办提案64件，其中东城街道20件、西城街道18件、柳河镇15件、石桥镇11件。",
        "今年各镇、街道共承办提案64件，其中东城街道20件、西城街道18件、柳河镇12件、石桥镇11件。",
        ("sum", "61"),
    ),
    "some of each are no whole list": (
        "今年各镇、街道共承办提案64件，其中东城街道20件、西城街道18件、柳河镇12件等。",
        "今年各镇、街道共承办提案64件，其中东城街道20件、西城街道28件、柳河镇12件、石桥镇11件等。",
        ("sum", "71"),
    ),
    "what a place leads and assists with": (
        "我局共承办提案52件，其中主办30件、分办5件、会办17件。",
        "我局共承办提案52件，其中主办30件、分办5件、会办15件。",
        ("sum", "50"),
    ),
    "explained to the proposer": (
        "办理提案80件。已解决50件；列入计划解决20件；向委员解释说明10件。",
        "办理提案80件。已解决50件；列入计划解决20件；向委员解释说明11件。",
        ("sum", "81"),
    ),
    "included, not besides": (
        "立案后交办：96件，退回重新分办：5件（含在96件内）。",
        "立案后交办：96件。已解决和基本解决：60件；列入计划：30件；向提案人作出说明：8件。",
        ("sum", "98"),
    ),
    # --- bases
    "last year beside this year": (
        "今年办理提案150件，去年160件。A类提案90件，占60.0%；去年A类提案88件，占55.0%。",
        "今年办理提案150件，去年160件。A类提案90件，占60.0%；去年A类提案88件，占56.0%。",
        ("percent", "56.0"),
    ),
    "about so many is no base": (
        "全年收到提案近二百件，准确数是188件。超过六成的提案（63.8%，120件）已经落实。",
        "全年收到提案近二百件，准确数是188件。超过六成的提案（65.8%，120件）已经落实。",
        ("percent", "65.8"),
    ),
    "questionnaires have a base of their own": (
        "共发放问卷120份，回收有效问卷100份，有效回收率83.3%。选“上门沟通”的62份，占62.0%；选“电话沟通”的55份，占55.0%。"
        "\n今年全区80件提案的征询意见表另行统计。",
        "共发放问卷120份，回收有效问卷100份，有效回收率84.3%。选“上门沟通”的62份，占62.0%。",
        ("percent", "84.3"),
    ),
    "all but those in the bracket": (
        "办理代表建议90件、政协提案160件，合计250件。\n政协提案中，A类100件，B类50件，C类10件，满意率98.8%（2件为基本满意）。",
        "办理代表建议90件、政协提案160件，合计250件。\n政协提案中，A类100件，B类50件，C类10件，满意率97.2%（2件为基本满意）。",
        ("percent", "97.2"),
    ),
    "those handled again, told in sentences of their own": (
        "承办提案96件，首次答复后满意85件、基本满意7件、不满意4件。对不满意的4件，逐件协商，重新办理。二次答复后，3件评价为满意，"
        "1件评价为基本满意。\n至此，96件提案最终评价为满意88件、基本满意8件。",
        "承办提案96件，首次答复后满意85件、基本满意7件、不满意4件。对不满意的4件，逐件协商，重新办理。二次答复后，3件评价为满意，"
        "2件评价为基本满意。",
        ("sum", "5"),
    ),
    "papers of a session": (
        "县政协九届四次会议提案88件。\n已解决60件；列入计划20件；留作参考8件。",
        "县政协九届四次会议提案88件。\n已解决60件；列入计划20件；留作参考9件。",
        ("sum", "89"),
    ),
    # --- told twice
    "filed papers named again": (
        "收到提案301件，立案245件。\n245件立案提案推动出台文件12份。",
        "收到提案301件，立案245件。\n254件立案提案推动出台文件12份。",
        ("repeat", "254"),
    ),
    "those of a period named again": (
        "全区提案150件。上半年累计答复86件，下半年答复64件。\n上半年答复的86件中，有3件答复函格式不规范。",
        "全区提案150件。上半年累计答复86件，下半年答复64件。\n上半年答复的96件中，有3件答复函格式不规范。",
        ("repeat", "96"),
    ),
    "months and their sum": (
        "全区提案150件。4月答复20件，5月答复30件，6月答复36件，上半年累计答复86件。",
        "全区提案150件。4月答复20件，5月答复30件，6月答复36件，上半年累计答复88件。",
        ("sum", "86"),
    ),
    "a rate behind its percentage": (
        "承办提案160件，综合满意率98.1%（满意157件），基本满意3件。\n三、不足。98.1%的综合满意率说明还有差距。",
        "承办提案160件，综合满意率98.1%（满意157件），基本满意3件。\n三、不足。91.8%的综合满意率说明还有差距。",
        ("repeat", "91.8"),
    ),
    "meetings told of again": (
        "全年召开协商会42场，到会委员310人次。\n今年42场协商会的记录已归档。",
        "全年召开协商会42场，到会委员310人次。\n今年24场协商会的记录已归档。",
        ("repeat", "24"),
    ),
    "some of the meetings": (
        "全年召开协商会42场。其中8场协商会由区长主持。\n12个镇的协商会，有委员参加。",
        "全年召开协商会42场。\n这47场协商会，场场有回音。",
        ("repeat", "47"),
    ),
    # --- changes
    "a year told of in another sentence": (
        "2020年立案210件。2021年立案231件，比2020年增长10%。",
        "2020年立案210件。2021年立案231件，比2020年增长12%。",
        ("percent", "12"),
    ),
    "a year told of in a table": (
        "年度\t立案件数\t满意率\n2019年\t204\t97.5%\n2020年\t210\t98.1%\n2021年\t231\t98.7%\n"
        "2021年立案231件，比2020年增加21件。2021年满意率98.7%，比2019年提高1.2个百分点。",
        "年度\t立案件数\t满意率\n2019年\t204\t97.5%\n2020年\t210\t98.1%\n2021年\t231\t98.7%\n"
        "2021年立案231件，比2020年增加23件。2021年满意率98.7%，比2019年提高1.2个百分点。",
        ("sum", "23"),
    ),
    "points against a table": (
        "年度\t提案数\t满意率\n2019年\t204\t97.5%\n2021年\t231\t98.7%\n2021年满意率98.7%，比2019年提高1.2个百分点。",
        "年度\t提案数\t满意率\n2019年\t204\t97.5%\n2021年\t231\t98.7%\n2021年满意率98.7%，比2019年提高2.2个百分点。",
        ("percent", "2.2"),
    ),
    # --- what is left
    "papers made into fewer": (
        "移交的198件提案收悉。经协商，其中15件内容相近，合并为6件办理，实际交办189件。",
        "移交的198件提案收悉。经协商，其中15件内容相近，合并为6件办理，实际交办187件。",
        ("sum", "187"),
    ),
    "withdrawn, handed on and added": (
        "交市政府的提案原为210件。交办后，撤回2件，转市委部门办理3件，会后新增5件，现为210件。",
        "交市政府的提案原为210件。交办后，撤回2件，转市委部门办理3件，会后新增5件，现为212件。",
        ("sum", "212"),
    ),
    # --- other things that are counted
    "visits and their ways": (
        "全年走访委员180人次，其中登门80人次、电话70人次、座谈30人次。",
        "全年走访委员180人次，其中登门80人次、电话70人次、座谈40人次。",
        ("sum", "190"),
    ),
    "money and where it comes from": (
        "投入资金3.6亿元，包括市级1.6亿元、区级2.0亿元。其中教育1.2亿元、医疗0.8亿元。",
        "投入资金3.6亿元，包括市级1.6亿元、区级2.2亿元。",
        ("sum", "3.8"),
    ),
    # --- all, and yet not all
    "in time, and yet too late": (
        "承办提案110件，全部在9月底前按期答复。A类70件，B类30件，C类10件。",
        "承办提案110件，全部在9月底前按期答复。\n不足之处：有3件提案逾期才答复。",
        ("sum", "110"),
    ),
    "a rate of all in time": (
        "承办提案110件，按时答复率97.3%。有3件提案超期答复。",
        "承办提案110件，按时答复率100%。有3件提案超期答复。",
        ("percent", "100"),
    ),
    "met, and yet not met": (
        "承办提案98件，面商率100%。另有2件提案的协办单位未参加会议。",
        "承办提案98件，面商率100%。有2件提案因提案人出国，未能当面沟通。",
        ("percent", "100"),
    ),
    "answered, and yet not answered": (
        "承办提案98件，截至6月底还有2件尚未答复，至8月底全部答复。",
        "承办提案98件，均已答复。\n问题：仍有2件提案至今未答复。",
        ("sum", "98"),
    ),
    "all satisfied, and yet not": (
        "承办提案98件，首次评价不满意2件，经重新办理后转为满意，最终满意率100%。",
        "承办提案98件，委员满意率100%。\n反馈表显示：满意90件，基本满意6件，不满意2件。",
        ("percent", "100"),
    ),
    "all of one class, and a list that says otherwise": (
        "3件重点提案均已办结，办理结果均为A类：《关于水的提案》（A类）、《关于路的提案》（A类）、《关于桥的提案》（A类）。",
        "3件重点提案均已办结，办理结果均为A类：《关于水的提案》（A类）、《关于路的提案》（B类）、《关于桥的提案》（A类）。",
        ("sum", "3"),
    ),
    "published, and yet not": (
        "承办提案98件。主动公开90件，依申请公开5件，不予公开3件。",
        "承办提案98件，答复全文均已公开。\n另有3件因涉密不予公开。",
        ("sum", "98"),
    ),
    # --- tables
    "what the text tells of a row": (
        "任务最重的是县水利局，主办23件。\n单位\t主办件数\tA类\tB类\n县水利局\t23\t12\t11\n县教体局\t14\t9\t5\n合计\t37\t21\t16",
        "任务最重的是县水利局，主办21件。\n单位\t主办件数\tA类\tB类\n县水利局\t23\t12\t11\n县教体局\t14\t9\t5\n合计\t37\t21\t16",
        ("repeat", "21"),
    ),
    "a class of a row": (
        "县水利局A类12件。\n单位\t主办件数\tA类\tB类\n县水利局\t23\t12\t11\n县教体局\t14\t9\t5\n合计\t37\t21\t16",
        "县水利局A类13件。\n单位\t主办件数\tA类\tB类\n县水利局\t23\t12\t11\n县教体局\t14\t9\t5\n合计\t37\t21\t16",
        ("repeat", "13"),
    ),
    "a foot drawn out to the width of its column": (
        "　市直部门　　　　71件\n　县区　　　　　　52件\n　合　　　计　　　123件",
        "　市直部门　　　　71件\n　县区　　　　　　52件\n　合　　　计　　　124件",
        ("sum", "123"),
    ),
    "lines with bullets": (
        "○ 提案86件\n○ 满意率100%，其中满意80件、基本满意6件\n○ 沟通率、走访率：均为100%",
        "○ 提案86件\n○ 满意率100%，其中满意80件、基本满意7件\n○ 沟通率、走访率：均为100%",
        ("sum", "87"),
    ),
}


def found(text):
    return [(one.rule, one.printed) for one in check(text).findings]


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_and_its_neighbours(cause):
    sound, wrong, fault = CAUSES[cause]
    assert found(sound) == [], [(one.where, one.suggestion) for one in check(sound).findings]
    assert fault in found(wrong)


def test_a_finding_in_a_table_quotes_the_letter():
    """Bars stay bars, so that the words are found again."""
    text = "单位 | A类 | B类 | 小计\n甲局 | 3 | 4 | 8\n乙局 | 5 | 6 | 11\n合计 | 8 | 10 | 18"
    document = document_of_text(text)
    assert document.paragraphs == text.split("\n")
    assert check(document).findings[0].where in text.replace("\n", " ")

"""The words of such letters: what a count is of, what a part is called, which base a percentage names.

A *dimension* is what is counted (proposals with their papers, units, people); counts of different ones never add up.
A *stage* is a step that the whole passes (收到, 立案, 并案后, 承办, 答复, 回执): each is a base for what follows it.
A *facet* is a way to split a whole (result, rating, proposers …); parts of different facets never add up.
"""

import re

PROPOSALS, UNITS, PEOPLE, OTHER = "件", "家", "人", ""
NOUNS = {
    UNITS: re.compile(r"单位|部门|承办|主办|协办|会办|镇|街|委办局|党派|专委会|委员会|界别|小组"),
    PEOPLE: re.compile(r"委员|代表|提案|提出|联名|参与"),
}
OWN = re.compile(
    r"提案|建议|回执|反馈|征询|征求意见|意见表|问卷|测评|评议表|答复|[主协会分独承]办件|[A-E]类|会办|协办|主办|立案"
)
OTHER_ADVICE = re.compile("(?:检察|司法|监察|审计|纪检)建议")
"""Letters of a procurator or a court that are called 建议 too."""
_FOREIGN = (
    r"案件|事项|实事|问题|线索|纠纷|诉求|专利|设备|资料|作品|文物|产品|公文|证书|合同|协议|法规|规章|政策|项目|刑事|"
    r"治安|信访|投诉|举报|工单|器材|图书|报告|信息|社情民意|简报|包裹|标准|议案|商标|成果|稿|信件|来信来访|群众来信|视频|"
    r"农产|订单|保单|传单|教材|课题|任务|措施|制度|办法|文件|宣传|警情|事故|隐患|违法|执法|处罚|审批|业务|许可"
)
FOREIGN_BEHIND = re.compile(rf"[^，。；因已均全经由属所为是表]{{0,4}}?(?:{_FOREIGN})")
FOREIGN_BEFORE = re.compile(
    rf"(?:{_FOREIGN})(?:共|有|为|达|计|约|近|累计|的|已|均|完成|办理|办结|受理|处理|化解|查处|调解|成功|审结)*$"
)

RECEIVED, FILED, MERGED, HANDLED, ANSWERED, RETURNED, WHOLE = (
    "received",
    "filed",
    "merged",
    "handled",
    "answered",
    "returned",
    "whole",
)
_NOT = r"(?<![不未没])(?<!不予)(?<!未予)(?<!没有)(?<!尚未)"
STAGES = (
    (RETURNED, re.compile(r"回执|反馈|征询|征求意见表|意见表|问卷|测评|评[议价]表|收回|回收|[应已实]收(?![到集])")),
    (MERGED, re.compile(r"[并合归]案?[并案]?(?:处理)?后|归并[为成]|合并[为成]|整合[为成]")),
    (FILED, re.compile(_NOT + r"立案(?!率)|审查通过|予以立案")),
    (ANSWERED, re.compile(_NOT + r"(?:办复|办结|答复|回复|办理完毕|办理完成|办毕|已办(?!理|件)|办完)(?!率)")),
    (
        HANDLED,
        re.compile(
            r"承办|交办|交由|受理|承接|办理|分办|转交|交付|负责|(?:移交|交来|转来|送来|发来|移送)的?(?:[区县市省]?政协)?(?:委员)?(?:提案|建议)|"
            r"(?:移交|交来|转来|送来|发来)了?$"
        ),
    ),
    (RECEIVED, re.compile(r"收到|收集|征集|形成(?:有效)?提案|提出|提交|报送|收件|接收|征得")),
)


def stage_of(text):
    """The stage that a label or the name of a base tells, "" where none."""
    found = [(match.end(), stage) for stage, words in STAGES for match in words.finditer(text)]
    if not found:
        return ""
    if any(stage == RETURNED for _, stage in found):
        return RETURNED
    return max(found, key=lambda one: one[0])[1]


# --- facets

NO_RATING = r"空白|弃权|弃票|废票|未评价|未作评价|未表态|未填写"
RATINGS = re.compile(rf"不满意|不太满意|基本满意|比较满意|较满意|非常满意|很满意|十分满意|满意|理解|谅解|{NO_RATING}")
SATISFIED_TOGETHER = re.compile(
    r"满意[（(]?(?:及|和|或|与|、|加|含|以及|包括|[+＋])(?:基本|比较|较)满意|(?:基本|比较)满意(?:及|和|或|与|、|以上)满意"
)
ASPECTS = re.compile(
    r"办理态度|服务态度|态度|办理工作|办理过程|办理结果|办理质量|办理程度|首次|初次|第一次|首轮|二次|重新办|重办|再次|最终|最后|现在|沟通"
)
LETTERS = re.compile(r"[A-E](?=[一二两三四五]?[类级]|[+＋、和及与][A-E])")
CONVERTED = re.compile(
    r"转[为化成入][“\"]?(?:[A-E]|不?满意|基本满意|理解)|转变为|改评为?[“\"]?(?:不?满意|基本满意|理解)|(?<![A-E])[A-E]类转|[A-E]转[A-E]"
)
LETTER = re.compile(
    r"([A-E])[一二两三四五]?[类级]|[为属是]([A-E])(?:的|$)|([甲乙丙丁])类|[“\"]([A-E])[”\"]类|^[“\"]?([A-E])[”\"]?(?:类|$)"
)
MEANINGS = (
    (
        "留作参考",
        re.compile(
            r"留作(?:参考|研究)|供(?:决策|工作)?参考|作(?:为)?参考|不可行|(?:解释|说明)(?:解释|说明)|(?:向.{0,6}|作[了出]?|予以)(?:解释|说明)"
        ),
    ),
    (
        "暂不能",
        re.compile(
            r"(?:暂|难以|无法|不能|未能|不宜|不具备|尚不).{0,10}?(?:解决|办理|采纳|落实|实施|条件)|条件(?:所)?限制|(?:原因|限制|制约).{0,8}未(?:能)?解决|[办做]不[了到成]|解决不了|条件不够|办不下来"
        ),
    ),
    (
        "正在",
        re.compile(
            r"正在|正(?:抓紧|加紧|积极)|(?:列入|纳入|已列).{0,6}(?:计划|规划|日程)|逐步(?:解决|落实|实施)|(?:计划|拟|准备|即将)(?:逐步)?(?:解决|落实|采纳|实施)|"
            r"部分(?:解决|采纳|落实)|在落实|推进(?:中|落实)|(?:正|还)在[办做]|在办的"
        ),
    ),
    (
        "已经",
        re.compile(
            r"(?:已|已经|得到|基本|全部|完全)(?:得到)?(?:解决|落实|采纳|办成|实施|吸纳)|解决或|解决和|予以(?:解决|采纳)|被采纳|采纳(?!率)|(?<!未)解决(?:的|$)|(?<!计划)(?<!在)落实的|[办做][成好到](?:了)?(?:的|$)"
        ),
    ),
)
FACETS = (
    (
        "review",
        (
            ("不立案", re.compile(r"(?:不予?|未予?|没有|尚未)(?:审查)?立案")),
            (
                "转为",
                re.compile(r"转(?:为|作|社情|信息|意见|来信)|作(?:为)?(?:委员)?(?:来信|意见|社情)|改作|转送|转办"),
            ),
            ("撤案", re.compile(r"撤(?:案|回|销)")),
            ("并案", re.compile(r"并案(?!后|处理后)|(?<!联名[或和与及、])(?:合并|归并)(?:了|处理)?(?:的|提案|$)")),
            ("退回", re.compile(r"退回")),
        ),
    ),
    (
        "timely",
        (("超期", re.compile(r"^•?(?:其中)?[，；]?(?:超期|逾期|超时)(?:答复|办结|办复)?(?:提案)?(?:的|有|：)*$")),),
    ),
    ("answered", (("未答复", re.compile(r"(?:尚未|未|没有|待)(?:办复|答复|回复)")),)),
    (
        "closed",
        (
            (
                "未办结",
                re.compile(r"(?:尚未|未|没有|待)办(?:结|理|毕)|(?:正在|继续|仍在)(?:抓紧)?办理|(?<!正)在办(?!的)"),
            ),
        ),
    ),
    ("returned", (("未收回", re.compile(r"(?:尚未|未|没有)(?:收回|回收|反馈|返回|寄回|交回|收到)|在途|未到")),)),
    ("key", (("重点", re.compile(r"重点(?:提案|督办|办理|件)|重点$")),)),
    (
        "kind",
        (
            ("大会", re.compile(r"大会(?:提案|期间|收)|(?:全会|会议|会间|全体会议)期间|会间|大会$")),
            ("平时", re.compile(r"平时(?:提案)?|闭会(?:期间|后)|会后|日常提案|休会期间|会外")),
        ),
    ),
    (
        "proposer",
        (
            ("集体", re.compile(r"集体(?:提案|名义|$|提出)?")),
            ("委员", re.compile(r"委员(?:个人|提案|提出|和|或|的|$)|个人(?:提案|和|或|名义|$|提出)")),
            ("联名", re.compile(r"联名")),
            ("党派", re.compile(r"党派|工商联|民[革盟建进]|农工党|致公党|九三学社|台盟")),
            ("团体", re.compile(r"人民团体|群团|团体")),
            ("专委会", re.compile(r"专委会|专门委员会")),
            ("界别", re.compile(r"界别|小组|联络组")),
        ),
    ),
    (
        "handling",
        (
            ("独办", re.compile(r"独办|单独办理|独立办理|单办")),
            ("主办", re.compile(r"主办|牵头")),
            ("协办", re.compile(r"协办(?!理)|会办|共同办(?!理)|配合办理|协助")),
            ("分办", re.compile(r"分办|分别办理|联办")),
        ),
    ),
    (
        "publicity",
        (
            ("不公开", re.compile(r"不(?:予|宜)?公开")),
            ("依申请", re.compile(r"依申请")),
            ("摘要", re.compile(r"(?:摘要|部分|内部|节选)公开")),
            ("公开", re.compile(r"公开")),
        ),
    ),
)
TOPIC = re.compile(r"方面|领域|[^A-E]类|涉及|有关|关于|围绕|建设|事业|工作$|发展$|民生")
UNIT = re.compile(
    r"由.{1,20}?(?:承办|主办|办理|牵头|负责)|"
    r"(?:局|委|(?<![承交主协会分督自独已])办|镇|街|街道|中心|公司|部门|集团|大队|支队|院|乡|系统|单位|口)(?:承办|主办|办理|负责|领办)?(?:的)?(?:提案)?$|领办$"
)

OPEN = ("topic", "unit", "other")
HANDLED_BY = re.compile(r"^由.{1,30}?(?:承办|办理|负责)(?:的|有|共)*$")
REST = re.compile(
    r"其余|其[他它](?:各?(?:单位|部门|方面|类别?|界别|街道|镇街|乡镇|领域))?(?:的|提案)?$|"
    r"^(?:其中)?[，、和及]?其[他它](?!部门|单位)[^，。；]{1,8}(?:督办|领办|承办|主办|类|类提案|提案)$|"
    r"剩余|剩下|余下"
)
GOVERNMENT = re.compile(
    r"(?:由|经)?[区市县州省]?(?:人民)?政府(?:系统|部门|及|各|办|承|办理|负责|有关|交|$)|政府系统|(?:我|本|全)[区市县州省局委镇街]"
)


_SAME_ASPECT = {
    "首次": "首次 初次 第一次 首轮 一次办理",
    "最终": "最终 最后 现在 二次 重新办 重办 再次",
    "态度": "办理态度 服务态度 态度",
    "结果": "办理结果",
    "工作": "办理工作 办理过程",
    "质量": "办理质量",
}


def aspect_of(text):
    """What a rating is of: 态度, 结果 …, 首次 or 最终; "" where the words do not say."""
    found = ASPECTS.findall(text)
    return next((name for name, all_of in _SAME_ASPECT.items() if found and found[-1] in all_of.split()), "")


_GRADE = re.compile(
    "[，、：；（和]?(?:其中)?[，：]?(?:评为|评价为|得分)?“?(?:优秀|良好|一般|较好|好|较差|差|合格|不合格|称职)”?(?:的|有|为|等次)*"
)
_GRADE_OF = re.compile("(?:其中)?[^，。；：“”]{2,14}(?P<grade>“(?:优秀|良好|一般|较好|好|较差|差)”(?:的|有|为)*)")
_TOGETHER = re.compile(
    r"采纳(?:或|和|及|与|、)(?:被)?部分采纳|解决(?:或|和|及|与|、)部分解决|(?:已|得到|基本)(?:经)?解决[^正]{0,8}(?:或|和|及)(?:列入|纳入|计划)"
)


_TWO_WAYS = re.compile("(?:独办|单办|主办|协办|会办|分办)[和与及](?:独办|单办|主办|协办|会办|分办)的?(?:提案)?$")


def facet_of(label):
    """(facet, name, aspect) of a part by its label; ("", "", "") for a label that names no part."""
    text = label.strip()
    if REST.search(text):
        return "rest", "其余", ""
    aspect = aspect_of(text)
    if _GRADE.fullmatch(text):
        return "grade", text, ""
    if match := _GRADE_OF.fullmatch(text):
        return "grade", match["grade"], ""
    if CONVERTED.search(text):
        return "converted", text, aspect
    if not re.search(r"满意[率度]|理解和支持", text) and (found := RATINGS.findall(text)):
        together = SATISFIED_TOGETHER.search(text) or len(set(found)) > 1
        return "rating", "+".join(sorted(set(found))) if together else found[-1], aspect
    if len(found := list(dict.fromkeys(LETTERS.findall(text)))) > 1:
        return "result", "+".join(found), ""
    if match := LETTER.search(text):
        return "result", next(one for one in match.groups() if one), ""
    if re.search(r"方面(?:的)?(?:政协)?(?:委员)?(?:提案)?(?:有|共|为|，)*$", text):
        return "topic", text, ""
    for facet, names in FACETS:
        if found := [(match.start(), name) for name, words in names for match in [words.search(text)] if match]:
            if facet == "proposer" and HANDLED_BY.search(text):
                return "unit", text, ""  # who handles it: no proposer, though it be a 群团组织
            joined = facet == "proposer" or (facet == "handling" and len(found) > 1 and _TWO_WAYS.search(text))
            return facet, "+".join(name for _, name in sorted(found)) if joined else min(found)[1], ""
    if _TOGETHER.search(text):
        return "result", "已经+正在", ""
    for name, words in MEANINGS:
        if words.search(text):
            return "result", name, ""
    return "", "", ""

"""The numbers of GB/T 9704-2012 as this project prints it, in pt unless a name says otherwise."""

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM
TYPE_TOP, TYPE_LEFT, TYPE_WIDTH, TYPE_HEIGHT = 37 * MM, 28 * MM, 156 * MM, 225 * MM  # 天头, 订口, 版心 (5.2.1)
TYPE_RIGHT, TYPE_BOTTOM = TYPE_LEFT + TYPE_WIDTH, TYPE_TOP + TYPE_HEIGHT
LINES, CHARACTERS = 22, 28  # of a page, of a line (5.2.3)
BODY, SMALL, TITLE, FORM, CELL_TEXT = 16, 14, 22, 14, 12  # 3号, 4号, 2号; forms in 4号, tables in 小四
LINE, TITLE_LINE, COPIES_LINE, FORM_LINE = 28.99, 35, 24, 24  # 225 mm of 22 lines; as in paper.css
TRACKING = -0.2085  # as in paper.css: a 16 pt face on 28 places
CELL = 15.7915  # one of 28 characters
EM_ASCENT = 0.88  # of a Chinese character's square above the baseline, in all the faces that serve
RED = "d7000f"

# 信函格式 (10.1)
LETTER_MARK_TOP, RULE_BELOW_MARK, FOOT_RULE = 30 * MM, 4 * MM, 277 * MM
RULE_LEFT, RULE_WIDTH = 20 * MM, 170 * MM
THICK, THIN, RULE = 1.25, 0.5, 2.5  # the strokes of a double rule; both and what is between them
CORNER_TOP = 20 * MM  # of the marks at the upper right of page one: practice, above the issuer's mark

# 文件式 (7.2)
NOTICE_MARK_TOP = 72 * MM  # 35 mm below the top of the type area
RULE_BELOW_NUMBER = 4 * MM
NOTICE_RULE = 1.5  # practice
IMPRINT_THICK, IMPRINT_THIN = 0.35 * MM, 0.25 * MM  # 版记中的分隔线 (7.4.1)

MARK_LARGEST, MARK_LOOSEST, MARK_FILLS = 40, 0.4, 0.8  # pt; tracking in em; of the type area's width
PAGE_NUMBER_BELOW = 7 * MM  # the dash under the type area (7.5)

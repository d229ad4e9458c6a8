"""`manage.py check --deploy` says which face of official paper another one stands in for."""

from django.core import checks

from . import fonts


def check_faces(app_configs, **kwargs):
    """One warning for each face of GB/T 9704 that is not the licensed one, naming what serves instead."""
    try:
        found = fonts.substitutions()
    except fonts.FontsUnavailable as error:
        return [checks.Warning(str(error), hint="请安装 fontconfig 软件包。", id="documents.W002")]
    return [_warning(item) for item in found]


def _warning(item):
    serving = f"由 {item.serving} 代替" if item.serving else "也没有可代替的字体"
    hint = "把正式字体文件放入 FONTS_DIR 目录后重启即可。" if item.serving else "请运行 bin/install-fonts。"
    return checks.Warning(f"{item.label}：没有 {item.wanted}，{serving}。", hint=hint, id="documents.W001")

"""Settings of the site; `python3 course.py site` builds it."""

# The one place that names the course's public address. Change it here when
# you publish your own: links, launch buttons and downloads follow.
REPOSITORY = "https://github.com/OWNER/deep-learning-course"
BRANCH = "main"
SITE_BRANCH = "gh-pages"  # where .github/workflows/site.yml puts the site

project = "Introduction to deep learning, hands-on"
author = "the authors of the course"
html_title = "Deep learning, hands-on"
language = "en"
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False  # no second copy of notebooks in _sources
html_show_sourcelink = False
html_use_index = False

extensions = ["myst_nb", "sphinx.ext.mathjax"]
templates_path = ["_templates"]
html_static_path = ["_static"]
html_favicon = "_static/favicon.svg"
html_css_files = ["site.css", "draw.css"]
html_js_files = [("site.js", {"defer": "defer"})]

# stored outputs, and nothing from another host
nb_execution_mode = "off"
nb_ipywidgets_js = {}
myst_enable_extensions = ["amsmath", "attrs_block", "deflist"]
myst_enable_extensions += ["dollarmath"]
myst_dmath_double_inline = True
myst_heading_anchors = 3
suppress_warnings = ["myst.mathjax"]
mathjax_path = "mathjax/tex-svg.js"
mathjax3_config = {
    "options": {"enableMenu": False},
    "svg": {"fontCache": "global"},
}

html_theme = "pydata_sphinx_theme"
html_context = {"default_mode": "auto"}  # light or dark as the system
html_sidebars = {"**": ["course-nav.html"]}
html_theme_options = {
    "logo": {"text": html_title},
    "navbar_center": [],
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button-field"],
    "secondary_sidebar_items": ["page-toc"],
    "article_header_start": [],
    "primary_sidebar_end": [],
    "footer_start": ["licence.html"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "search_bar_text": "Search the course",
    "show_toc_level": 1,
}

/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The local names of elements that the OpenDocument reader knows, as numbers. Namespaces matter
 * only where two elements share a local name (svg:title, text:title): then the prefix decides. */
#ifndef LJ_FORMATS_ODF_ODF_NAMES_H
#define LJ_FORMATS_ODF_ODF_NAMES_H

/* The tool would nest the rows ever deeper. */
/* clang-format off */
#define ODF_NAMES(X)                                                                              \
    /* documents and their parts */                                                               \
    X(META, "meta") X(SETTINGS, "settings") X(STYLES, "styles") X(SCRIPTS, "scripts")             \
    X(AUTOMATIC_STYLES, "automatic-styles") X(MASTER_STYLES, "master-styles")                     \
    X(FONT_FACE_DECLS, "font-face-decls") X(FONT_DECLS, "font-decls") X(BODY, "body")             \
    X(TEXT, "text") X(SPREADSHEET, "spreadsheet") X(PRESENTATION, "presentation")                 \
    X(DRAWING, "drawing") X(CHART, "chart") X(MODULE, "module") X(MATH, "math")                   \
    X(ANNOTATION, "annotation") X(MANIFEST, "manifest") X(FILE_ENTRY, "file-entry")               \
    X(ENCRYPTION_DATA, "encryption-data") X(ALGORITHM, "algorithm")                               \
    /* metadata and settings */                                                                   \
    X(USER_DEFINED, "user-defined") X(TEMPLATE, "template") X(CONFIG_ITEM, "config-item")         \
    /* styles */                                                                                  \
    X(FONT_FACE, "font-face") X(FONT_DECL, "font-decl") X(STYLE, "style")                         \
    X(DEFAULT_STYLE, "default-style") X(PAGE_LAYOUT, "page-layout") X(PAGE_MASTER, "page-master") \
    X(MASTER_PAGE, "master-page") X(HANDOUT_MASTER, "handout-master")                             \
    X(TEXT_PROPERTIES, "text-properties") X(PARAGRAPH_PROPERTIES, "paragraph-properties")         \
    X(TABLE_CELL_PROPERTIES, "table-cell-properties") X(TABLE_PROPERTIES, "table-properties")     \
    X(TABLE_ROW_PROPERTIES, "table-row-properties") X(PROPERTIES, "properties")                   \
    X(TABLE_COLUMN_PROPERTIES, "table-column-properties")                                         \
    X(GRAPHIC_PROPERTIES, "graphic-properties") X(SECTION_PROPERTIES, "section-properties")       \
    X(DRAWING_PAGE_PROPERTIES, "drawing-page-properties")                                         \
    X(PAGE_LAYOUT_PROPERTIES, "page-layout-properties") X(STYLE_MAP, "map")                       \
    X(NUMBER_STYLE, "number-style") X(CURRENCY_STYLE, "currency-style")                           \
    X(PERCENTAGE_STYLE, "percentage-style") X(DATE_STYLE, "date-style")                           \
    X(TIME_STYLE, "time-style") X(BOOLEAN_STYLE, "boolean-style") X(TEXT_STYLE, "text-style")     \
    X(LAYER, "layer")                                                                             \
    /* headers and footers */                                                                     \
    X(HEADER, "header") X(HEADER_LEFT, "header-left") X(HEADER_FIRST, "header-first")             \
    X(FOOTER, "footer") X(FOOTER_LEFT, "footer-left") X(FOOTER_FIRST, "footer-first")             \
    X(HEADER_DECL, "header-decl") X(FOOTER_DECL, "footer-decl")                                   \
    X(DATE_TIME_DECL, "date-time-decl")                                                           \
    /* text */                                                                                    \
    X(P, "p") X(H, "h") X(SPAN, "span") X(A, "a") X(S, "s") X(TAB, "tab") X(TAB_STOP, "tab-stop") \
    X(LINE_BREAK, "line-break") X(SECTION, "section") X(NOTE, "note")                             \
    X(FOOTNOTE, "footnote") X(ENDNOTE, "endnote") X(NOTE_CITATION, "note-citation")               \
    X(FOOTNOTE_CITATION, "footnote-citation") X(ENDNOTE_CITATION, "endnote-citation")             \
    X(NOTE_BODY, "note-body") X(FOOTNOTE_BODY, "footnote-body") X(ENDNOTE_BODY, "endnote-body")   \
    X(TRACKED_CHANGES, "tracked-changes") X(CHANGED_REGION, "changed-region")                     \
    X(DELETION, "deletion") X(INSERTION, "insertion") X(CHANGE, "change")                         \
    X(CREATOR, "creator") X(DATE, "date") X(HIDDEN_TEXT, "hidden-text")                           \
    X(HIDDEN_PARAGRAPH, "hidden-paragraph") X(CONDITIONAL_TEXT, "conditional-text")               \
    X(BOOKMARK, "bookmark") X(BOOKMARK_START, "bookmark-start")                                   \
    X(REFERENCE_MARK, "reference-mark") X(REFERENCE_MARK_START, "reference-mark-start")           \
    X(ALPHABETICAL_INDEX_MARK, "alphabetical-index-mark") X(TOC_MARK, "toc-mark")                 \
    X(USER_INDEX_MARK, "user-index-mark") X(RUBY_TEXT, "ruby-text")                               \
    X(PLACEHOLDER, "placeholder") X(USER_FIELD_DECL, "user-field-decl")                           \
    X(VARIABLE_DECL, "variable-decl") X(VARIABLE_SET, "variable-set")                             \
    X(VARIABLE_INPUT, "variable-input") X(TEXT_INPUT, "text-input") X(EXPRESSION, "expression")   \
    X(USER_FIELD_GET, "user-field-get") X(USER_FIELD_INPUT, "user-field-input")                   \
    X(SCRIPT, "script") X(EVENT_LISTENER, "event-listener")                                       \
    /* tables */                                                                                  \
    X(TABLE, "table") X(TABLE_COLUMN, "table-column") X(TABLE_COLUMN_GROUP, "table-column-group") \
    X(TABLE_ROW, "table-row") X(TABLE_ROW_GROUP, "table-row-group") X(TABLE_CELL, "table-cell")   \
    X(COVERED_TABLE_CELL, "covered-table-cell") X(NAMED_RANGE, "named-range")                     \
    X(NAMED_EXPRESSION, "named-expression") X(DATABASE_RANGE, "database-range")                   \
    X(CONTENT_VALIDATION, "content-validation") X(HELP_MESSAGE, "help-message")                   \
    X(ERROR_MESSAGE, "error-message") X(SCENARIO, "scenario")                                     \
    X(CELL_CONTENT_CHANGE, "cell-content-change") X(CHANGE_DELETION, "change-deletion")           \
    X(CHANGE_TRACK_TABLE_CELL, "change-track-table-cell")                                         \
    /* drawings */                                                                                \
    X(PAGE, "page") X(NOTES, "notes") X(FRAME, "frame") X(TEXT_BOX, "text-box") X(G, "g")         \
    X(CUSTOM_SHAPE, "custom-shape") X(RECT, "rect") X(ELLIPSE, "ellipse") X(CIRCLE, "circle")     \
    X(LINE, "line") X(POLYLINE, "polyline") X(POLYGON, "polygon")                                 \
    X(REGULAR_POLYGON, "regular-polygon") X(PATH, "path") X(CONNECTOR, "connector")               \
    X(CAPTION, "caption") X(MEASURE, "measure") X(CONTROL, "control") X(IMAGE, "image")           \
    X(OBJECT, "object") X(OBJECT_OLE, "object-ole") X(PLUGIN, "plugin") X(APPLET, "applet")       \
    X(FLOATING_FRAME, "floating-frame") X(TITLE, "title") X(DESC, "desc")                         \
    X(BINARY_DATA, "binary-data") X(GLUE_POINT, "glue-point")                                     \
    X(ENHANCED_GEOMETRY, "enhanced-geometry")                                                     \
    /* forms */                                                                                   \
    X(FORM, "form") X(TEXTAREA, "textarea") X(PASSWORD, "password") X(FILE, "file")               \
    X(FORMATTED_TEXT, "formatted-text") X(NUMBER, "number") X(FIXED_TEXT, "fixed-text")           \
    X(COMBOBOX, "combobox") X(LISTBOX, "listbox") X(OPTION, "option") X(ITEM, "item")             \
    X(BUTTON, "button") X(CHECKBOX, "checkbox") X(RADIO, "radio") X(HIDDEN, "hidden")             \
    X(GENERIC_CONTROL, "generic-control") X(PROPERTY, "property")                                 \
    X(LIST_PROPERTY, "list-property") X(LIST_VALUE, "list-value")
/* clang-format on */

typedef enum odf_name {
#define ODF_NAME_ENUM(id, text) ODF_##id,
    ODF_NAMES(ODF_NAME_ENUM)
#undef ODF_NAME_ENUM
        ODF_NAME_COUNT
} odf_name;

#endif

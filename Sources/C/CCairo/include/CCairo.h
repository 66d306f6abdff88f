// cairo and pango, loaded on first use.
//
// Linking them would cost every start some 30 libraries and several megabytes, and most hours of a gateway's life draw
// nothing. So no header of theirs is read and nothing is linked: the few functions we call are listed here once, with
// the types of their stable ABI, and found by name when the first picture is drawn. GraphicsTests compile this list
// against the installed headers, so that it cannot drift.
#ifndef TH_CCAIRO_H
#define TH_CCAIRO_H

typedef struct _cairo cairo_t;
typedef struct _cairo_surface cairo_surface_t;
typedef struct _cairo_pattern cairo_pattern_t;
typedef struct _PangoLayout PangoLayout;
typedef struct _PangoFontDescription PangoFontDescription;

/// What `cairo_surface_write_to_png_stream` and a PDF surface call with each piece; 0 goes on.
typedef unsigned int (*th_png_write)(void *closure, const unsigned char *bytes, unsigned int count);

// X(library, result, name, parameters). Enumerations are given as the integer that holds them.
#define TH_CAIRO_FUNCTIONS(X) \
  X(CAIRO, cairo_surface_t *, cairo_image_surface_create, (int format, int width, int height)) \
  X(CAIRO, cairo_surface_t *, cairo_pdf_surface_create_for_stream, \
    (th_png_write, void *closure, double width, double height)) \
  X(CAIRO, void, cairo_surface_finish, (cairo_surface_t *)) \
  X(CAIRO, void, cairo_show_page, (cairo_t *)) \
  X(CAIRO, void, cairo_surface_destroy, (cairo_surface_t *)) \
  X(CAIRO, unsigned int, cairo_surface_status, (cairo_surface_t *)) \
  X(CAIRO, unsigned int, cairo_surface_write_to_png_stream, (cairo_surface_t *, th_png_write, void *closure)) \
  X(CAIRO, const char *, cairo_status_to_string, (unsigned int status)) \
  X(CAIRO, cairo_t *, cairo_create, (cairo_surface_t *)) \
  X(CAIRO, void, cairo_destroy, (cairo_t *)) \
  X(CAIRO, unsigned int, cairo_status, (cairo_t *)) \
  X(CAIRO, void, cairo_save, (cairo_t *)) \
  X(CAIRO, void, cairo_restore, (cairo_t *)) \
  X(CAIRO, void, cairo_clip, (cairo_t *)) \
  X(CAIRO, void, cairo_set_source, (cairo_t *, cairo_pattern_t *)) \
  X(CAIRO, void, cairo_set_source_rgba, (cairo_t *, double red, double green, double blue, double alpha)) \
  X(CAIRO, void, cairo_set_line_width, (cairo_t *, double)) \
  X(CAIRO, void, cairo_set_line_cap, (cairo_t *, unsigned int)) \
  X(CAIRO, void, cairo_set_line_join, (cairo_t *, unsigned int)) \
  X(CAIRO, void, cairo_set_dash, (cairo_t *, const double *dashes, int count, double offset)) \
  X(CAIRO, void, cairo_new_path, (cairo_t *)) \
  X(CAIRO, void, cairo_new_sub_path, (cairo_t *)) \
  X(CAIRO, void, cairo_close_path, (cairo_t *)) \
  X(CAIRO, void, cairo_move_to, (cairo_t *, double x, double y)) \
  X(CAIRO, void, cairo_line_to, (cairo_t *, double x, double y)) \
  X(CAIRO, void, cairo_arc, (cairo_t *, double x, double y, double radius, double from, double to)) \
  X(CAIRO, void, cairo_rectangle, (cairo_t *, double x, double y, double width, double height)) \
  X(CAIRO, void, cairo_fill, (cairo_t *)) \
  X(CAIRO, void, cairo_stroke, (cairo_t *)) \
  X(CAIRO, void, cairo_paint, (cairo_t *)) \
  X(CAIRO, cairo_pattern_t *, cairo_pattern_create_linear, (double x0, double y0, double x1, double y1)) \
  X(CAIRO, void, cairo_pattern_add_color_stop_rgba, \
    (cairo_pattern_t *, double offset, double red, double green, double blue, double alpha)) \
  X(CAIRO, void, cairo_pattern_destroy, (cairo_pattern_t *)) \
  X(PANGOCAIRO, PangoLayout *, pango_cairo_create_layout, (cairo_t *)) \
  X(PANGOCAIRO, void, pango_cairo_show_layout, (cairo_t *, PangoLayout *)) \
  X(PANGO, PangoFontDescription *, pango_font_description_new, (void)) \
  X(PANGO, void, pango_font_description_free, (PangoFontDescription *)) \
  X(PANGO, void, pango_font_description_set_family, (PangoFontDescription *, const char *)) \
  X(PANGO, void, pango_font_description_set_weight, (PangoFontDescription *, unsigned int)) \
  X(PANGO, void, pango_font_description_set_absolute_size, (PangoFontDescription *, double)) \
  X(PANGO, void, pango_layout_set_font_description, (PangoLayout *, const PangoFontDescription *)) \
  X(PANGO, void, pango_layout_set_text, (PangoLayout *, const char *text, int length)) \
  X(PANGO, void, pango_layout_set_width, (PangoLayout *, int)) \
  X(PANGO, void, pango_layout_set_height, (PangoLayout *, int)) \
  X(PANGO, void, pango_layout_set_wrap, (PangoLayout *, unsigned int)) \
  X(PANGO, void, pango_layout_set_ellipsize, (PangoLayout *, unsigned int)) \
  X(PANGO, void, pango_layout_set_alignment, (PangoLayout *, unsigned int)) \
  X(PANGO, void, pango_layout_get_pixel_size, (PangoLayout *, int *width, int *height)) \
  X(GOBJECT, void, g_object_unref, (void *))

/// The functions, under their own names.
struct th_cairo {
#define TH_FIELD(library, result, name, parameters) result (*name) parameters;
  TH_CAIRO_FUNCTIONS(TH_FIELD)
#undef TH_FIELD
};

/// What could not be loaded.
struct th_cairo_missing {
  /// The file or the function.
  const char *name;
  /// The Debian package that holds it.
  const char *package;
};

/// Fills the table; 0 on success, else `missing` says what was not found. Loaded libraries stay loaded.
int th_cairo_load(struct th_cairo *table, struct th_cairo_missing *missing);

#endif

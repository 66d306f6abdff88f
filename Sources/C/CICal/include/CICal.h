// libical, loaded on first use.
//
// Linking it would make every start map ICU and the C++ library with it, some five libraries and several megabytes, and
// most homes read a calendar file seldom. The types come from its header, so that the list cannot drift.
#ifndef TH_CICAL_H
#define TH_CICAL_H

#include <libical/ical.h>

#define TH_ICAL_FUNCTIONS(X) \
  X(icalerror_set_errors_are_fatal) \
  X(icalparser_new) \
  X(icalparser_free) \
  X(icalparser_add_line) \
  X(icalcomponent_free) \
  X(icalcomponent_isa) \
  X(icalcomponent_kind_to_string) \
  X(icalcomponent_get_first_property) \
  X(icalcomponent_get_next_property) \
  X(icalcomponent_get_first_component) \
  X(icalcomponent_get_next_component) \
  X(icalproperty_isa) \
  X(icalproperty_get_property_name_r) \
  X(icalproperty_get_value_as_string_r) \
  X(icalproperty_get_value) \
  X(icalproperty_get_parameter_as_string_r) \
  X(icalvalue_isa) \
  X(icalvalue_get_text) \
  X(icalvalue_get_x) \
  X(icalmemory_free_buffer)

/// The functions, under their own names.
struct th_ical {
#define TH_FIELD(function) __typeof__(&function) _Nonnull function;
  TH_ICAL_FUNCTIONS(TH_FIELD)
#undef TH_FIELD
};

/// - Returns: the functions, or null when the library is not there. Its result never changes.
const struct th_ical *_Nullable th_ical_load(void);

#endif

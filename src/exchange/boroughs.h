/* exchange/boroughs: which London borough a place is in: point in polygon over 33 boundaries, in whole microdegrees.
 *
 * Knows geometry and the 33 names and codes of the Office for National Statistics. Knows nothing of records.
 * Boundaries: data/boroughs/london-boroughs.tsv, made by tools/simplify-boundaries, which states the error. */
#ifndef CF_EXCHANGE_BOROUGHS_H
#define CF_EXCHANGE_BOROUGHS_H

#include "base/base.h"

enum { BOROUGHS_COUNT = 33, BOROUGHS_NONE = -1 };

struct boroughs;

/* Reads the boundary file and builds the grid. Errors: I006 with the line and what is wrong; B001, B002, B003. */
CF_MUST_USE bool boroughs_load(struct cf_arena *a, const char *path, struct cf_errs *errs, struct boroughs **out);
CF_MUST_USE bool boroughs_parse(struct cf_arena *a, const struct cf_source *src, struct cf_errs *errs, struct boroughs **out);

/* The borough at a place, 0 to 32, or BOROUGHS_NONE outside London. A point on a shared edge is in exactly one borough. */
int boroughs_at(const struct boroughs *b, int32_t latitude_udeg, int32_t longitude_udeg);

/* The outlines for a map BOROUGHS_MAP_WIDTH units wide, as path data of an SVG in whole units, one for each borough; *height:
 * of the map. For looking at, not for asking what is where. Errors as boroughs_load. */
enum { BOROUGHS_MAP_WIDTH = 640 };
CF_MUST_USE bool boroughs_outlines(struct cf_arena *a, const char *path, struct cf_errs *errs,
                                   struct cf_str outline[BOROUGHS_COUNT], int *height);

struct cf_str boroughs_code(int borough); /* E09000001 to E09000033, in that order; empty for BOROUGHS_NONE */
struct cf_str boroughs_name(int borough);
int boroughs_by_code(struct cf_str code);
int boroughs_by_name(struct cf_str name); /* any case; also "City of Westminster" */

#endif

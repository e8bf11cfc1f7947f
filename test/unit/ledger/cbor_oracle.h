/* A second reader of CBOR, for tests: Debian's libcbor. Apart, because its names would meet ours. */
#ifndef CF_TEST_CBOR_ORACLE_H
#define CF_TEST_CBOR_ORACLE_H

#include <stdbool.h>
#include <stddef.h>

/* libcbor reads the bytes as one whole item and writes them back the same. */
bool cbor_oracle(const char *p, size_t n);

#endif

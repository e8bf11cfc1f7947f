/* See cbor_oracle.h. */
#include "cbor_oracle.h"

#include <cbor.h>
#include <stdlib.h>
#include <string.h>

bool cbor_oracle(const char *p, size_t n) {
    struct cbor_load_result result;
    cbor_item_t *item = cbor_load((cbor_data)p, n, &result);
    if (item == NULL || result.read != n) {
        if (item != NULL) {
            cbor_decref(&item);
        }
        return false;
    }
    unsigned char *again = NULL;
    size_t size = 0, written = cbor_serialize_alloc(item, &again, &size);
    bool same = written == n && memcmp(again, p, n) == 0;
    free(again);
    cbor_decref(&item);
    return same;
}

/* Fuzz target: a proof as somebody may send it to the stand-alone verifier. Whatever the bytes, it ends with a verdict. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int childfirst_verify(const char *text, size_t n, const char *key, FILE *out); /* tools/verify/childfirst-verify.c */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static FILE *nowhere;
    if (nowhere == NULL) {
        nowhere = fopen("/dev/null", "w");
    }
    if (nowhere == NULL) {
        abort();
    }
    int verdict = childfirst_verify((const char *)data, size, NULL, nowhere);
    if (verdict != 0 && verdict != 1) {
        abort();
    }
    return 0;
}

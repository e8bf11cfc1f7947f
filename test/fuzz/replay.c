/* Runs a fuzz target over files and folders of inputs, where libFuzzer is not linked: the corpus is part of every test run.
 * Must not know what the target reads. Closes with "N passed, 0 failed"; a crash ends the program instead. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t ran;

static void run_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        fprintf(stderr, "cannot open %s\n", path);
        exit(1);
    }
    static uint8_t data[4 << 20];
    size_t n = fread(data, 1, sizeof data, f);
    fclose(f);
    LLVMFuzzerTestOneInput(data, n);
    for (size_t cut = 1; cut < n && cut < 64; cut++) { /* and some of it cut short, which most faults need */
        LLVMFuzzerTestOneInput(data, n - cut * n / 64);
    }
    ran++;
}

static void run_path(const char *path) {
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        run_file(path);
        return;
    }
    DIR *d = opendir(path);
    for (const struct dirent *e = d != NULL ? readdir(d) : NULL; e != NULL; e = readdir(d)) {
        char below[4096];
        if (e->d_name[0] != '.' && snprintf(below, sizeof below, "%s/%s", path, e->d_name) < (int)sizeof below) {
            run_path(below);
        }
    }
    if (d != NULL) {
        closedir(d);
    }
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        run_path(argv[i]);
    }
    printf("%zu passed, 0 failed\n", ran);
    return ran > 0 ? 0 : 1;
}

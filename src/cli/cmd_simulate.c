/* simulate: being written. */
#include "cli/cli.h"

int cli_simulate(struct cli *c)
{
    return cli_failed(c);
}

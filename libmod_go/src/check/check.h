/* check.h - mod-go-worker --check: the self-test of the fence on this machine. */
#ifndef MOD_GO_CHECK_H
#define MOD_GO_CHECK_H

/*
 * Tries every attack of attack_list.h on a stand-in for a host, from a worker of this program, and prints what held.
 * `options` are those of the command line after --check: --unfenced tries them without the fence, where each must
 * succeed; --json prints one JSON object; --help. Returns the exit code: 0 where all held that this kernel can hold,
 * 1 where something did not, 2 for wrong options.
 */
int check_main(int count, char **options);

#endif

/* library.c - a shared object, but no module: it exports nothing of the ABI. */
int library_answer(void);

__attribute__((visibility("default"))) int library_answer(void)
{
	return 42;
}

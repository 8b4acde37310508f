/* landlock_version.h - the kernel's version of Landlock. The worker restricts itself by it; the host reports what
 * it lacks. */
#ifndef MOD_GO_LANDLOCK_VERSION_H
#define MOD_GO_LANDLOCK_VERSION_H

/* The system call, which older C libraries lack; the same on every machine. */
#define MOD_GO_LANDLOCK_CREATE_RULESET 444

/* The versions of Landlock's interface that the fence depends on. */
enum {
	MOD_GO_LANDLOCK_TRUNCATE = 3, /* Linux 6.2: truncating is controlled */
	MOD_GO_LANDLOCK_NETWORK = 4,  /* Linux 6.7: TCP */
	MOD_GO_LANDLOCK_DEVICES = 5,  /* Linux 6.10: ioctl on devices */
	MOD_GO_LANDLOCK_SCOPES = 6,   /* Linux 6.12: signals and abstract sockets to other processes */
};

/* The version; 0 where the kernel has no Landlock, or a container's filter refuses it. Any thread. */
int mod_go_landlock_version(void);

#endif

/* landlock_version.h - which version of Landlock the kernel has. The worker restricts itself by it; the host reports it. */
#ifndef MOD_GO_LANDLOCK_H
#define MOD_GO_LANDLOCK_H

/* Versions of Landlock's interface that the fence depends on. */
enum {
	MOD_GO_LANDLOCK_TRUNCATE = 3, /* Linux 6.2: truncating is controlled */
	MOD_GO_LANDLOCK_DEVICES = 5,  /* Linux 6.10: ioctl on devices */
	MOD_GO_LANDLOCK_SCOPES = 6,   /* Linux 6.12: signals and abstract sockets to other processes */
};

/* The version, 0 where the kernel has no Landlock, or a container's filter keeps it from this process. */
int mod_go_landlock_version(void);

#endif

/* cpu_time.h - the processor time of this process and of all its descendants, such as workers. */
#ifndef BENCH_CPU_TIME_H
#define BENCH_CPU_TIME_H

/* Nanoseconds that this process, its living descendants and its collected children have used so far. Not exact while
 * descendants start or end. */
double cpu_time_all(void);

#endif

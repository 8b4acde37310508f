/* round_trip.h - the floor of any fenced call: two processes that take turns over shared memory, spinning for a
 * bounded time, then sleeping on a futex. Not libmod_go's own channel, which is compared with it. */
#ifndef BENCH_ROUND_TRIP_H
#define BENCH_ROUND_TRIP_H

typedef struct round_trip round_trip;

/* Starts the other process; ends it. */
round_trip *round_trip_start(void);
void round_trip_end(round_trip *trip);

/* There and back. */
void round_trip_make(round_trip *trip);

#endif

/* Sharded maps: readers beside writers. */
#ifndef TOPHASH_SHARDED_H
#define TOPHASH_SHARDED_H

#include "map.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A sharded map is made by th_map_create with th_map_options.shards and consists of that many ordinary maps,
 * its shards. The heap has to be in deferred mode. Its own (map, stamp) takes
 *
 *   reads    th_word_get, _contains, _get_all, _contains_all, the same of th_bytes, th_entry_get, _get_all
 *   others   th_map_close, th_map_size (a sum that is exact when nobody writes), th_map_get_stats (sums; with
 *            full = 1 a writer who calls meanwhile is told TH_CONCURRENT by its shard), th_map_migrate (for
 *            shards that are still to be made; those there are move one by one)
 *
 * and answers TH_INVALID or TH_CONCURRENT to the rest. Reads go on in any thread beside writers. Each is
 * linearizable, in a batch each key for itself: what a call has written is there for every read that begins
 * after its writer has let go of the shard. Reads take no lock and write to no memory that another thread
 * reads; they begin again when what they read was changed meanwhile, and wait only for the few stores of a
 * value of more than 8 bytes being replaced, or of arrays being exchanged. In th_entry_get and _get_all what
 * a first attempt has copied may be left in the value's room for a key that is absent in the end.
 *
 * Writes, walks and all other calls but th_map_close go to a shard; for each shard the caller lets one of
 * them at a time go on, by a lock of its own, and th_shard too. Clearing a shard keeps its seed. Words (keys
 * and values of 1, 2, 4 or 8 bytes) must be aligned to their size.
 *
 * th_shard: the (map, stamp) of a shard, which is made if there is none. They live as long as the sharded map
 * and are closed with it. Not quick. TH_INVALID: not a sharded map, or no such shard. th_shard_of: the number
 * of a key's shard, from 0, or a negative status. Quick.
 */
TH_API th_status th_shard(th_map *map, uint64_t stamp, uint32_t index, th_map **shard, uint64_t *shard_stamp);
TH_API th_status th_shard_of(th_map *map, uint64_t stamp, const void *key, uint64_t key_len);

/*
 * Writes in one call, to the shard of a key. They take the shard's own lock, a bit in its header, and give it
 * back; so a caller that uses them holds that lock too for as long as it works on a shard. th_shard_lock:
 * TH_OK, TH_BUSY when somebody else has it, TH_CLOSED, or TH_READ_ONLY of a map opened from a file, whose
 * shards are locked for ever; a new shard is locked for whoever had it made. th_shard_unlock: TH_OK,
 * TH_CLOSED or TH_READ_ONLY, by the holder only. All are quick; none waits.
 *
 * They return the value before, or `otherwise` for a key that was absent, or `refused`, which may be any
 * value: then nothing was done, as the shard is locked or wants th_make_room, was never written to or
 * attacked, the value before is `refused` itself, the map is closed or none of these, or keys and values are
 * no words (th_word_put). The caller does it by way of th_shard.
 */
TH_API th_status th_shard_lock(th_map *shard, uint64_t stamp);
TH_API th_status th_shard_unlock(th_map *shard, uint64_t stamp);
TH_API uint64_t th_shard_put(th_map *map, uint64_t stamp, uint64_t key, uint64_t value, uint64_t otherwise,
                             uint64_t refused);
TH_API uint64_t th_shard_put_if_absent(th_map *map, uint64_t stamp, uint64_t key, uint64_t value,
                                       uint64_t otherwise, uint64_t refused);
TH_API uint64_t th_shard_add(th_map *map, uint64_t stamp, uint64_t key, uint64_t delta, uint64_t otherwise,
                             uint64_t refused);
TH_API uint64_t th_shard_remove(th_map *map, uint64_t stamp, uint64_t key, uint64_t otherwise,
                                uint64_t refused);

#ifdef __cplusplus
}
#endif

#endif

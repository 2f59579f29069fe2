#!/bin/sh
# The log in JSON: each line of collections and of the summary is an object that Python reads, with the names that
# gc/observe/log.h promises, in their order. Usage: log_test.sh PROJECT HOST
. "$(dirname "$0")/common.sh"
needs python3
TENURE_LOG=gc,summary TENURE_LOG_FORMAT=json TENURE_HEAP_MAX=1G "$2" >/dev/null 2>"$work/log" || fail "running $2"
cat >"$work/check.py" <<'END'
import json
import sys

SIZES = 'limit committed external live next_major nursery'
NAMES = {'collection': 'event heap process time_ns number kind cause before after ' + SIZES + ' survived pause_ns '
                       'minor_ns mark_ns weak_ns sweep_ns memory_ns collecting_ns',
         'summary': 'event heap process time_ns minors majors promoted ' + SIZES + ' minor_pause_p50_ns '
                    'minor_pause_p99_ns minor_pause_max_ns major_pause_p50_ns major_pause_p99_ns major_pause_max_ns '
                    'collecting_ns'}
events = [json.loads(line) for line in open(sys.argv[1], encoding='utf-8')]
for event in events:
    assert list(event) == NAMES[event['event']].split(), event
    assert event['limit'] == 1 << 30 and event['committed'] <= event['limit'], event
collections, summary = events[:-1], events[-1]
assert summary['event'] == 'summary' and summary['minors'] == len(collections), events
assert [c['number'] for c in collections] == list(range(1, len(collections) + 1)), events
assert sum(c['kind'] != 'minor' for c in collections) == summary['majors'] > 0, events
assert sum(c['pause_ns'] for c in collections) == summary['collecting_ns'], events
for c in collections:
    parts = sum(c[part + '_ns'] for part in ('minor', 'mark', 'weak', 'sweep', 'memory'))
    assert parts > 0 and (c['mark_ns'] > 0) == (c['kind'] != 'minor'), c # a busy machine may stop between them
print(len(collections), 'collections and a summary, as JSON')
END
python3 "$work/check.py" "$work/log" || fail "the log"

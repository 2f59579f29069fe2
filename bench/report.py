#!/usr/bin/env python3
"""Makes tables, verdicts and plots from the measurements of bench/run.sh and bench/compare.sh.

    report.py RESULTS         makes report.md and *.svg from latest.jsonl and system.txt there, and prints a summary
    report.py --pairs FILE    compares the turns of side "rev" with those of side "tree", round by round

Exit status 1 if a turn failed, or if peers disagree on a workload's result: those that are wrong get no figures.
"""
import json
import os
import shutil
import subprocess
import sys
from collections import Counter, namedtuple
from statistics import median

PEERS = ['tenure', 'tenure-handles', 'bdwgc', 'malloc', 'mimalloc', 'jemalloc', 'bound']
OURS = ['tenure', 'tenure-handles']
ALLOCATORS = ['malloc', 'mimalloc', 'jemalloc']

# The workloads that are run at several sizes, and what tells them apart.
SERIES = {'scale': ('mib', 'order')}
ORDERS = {0: 'in order of allocation', 1: 'in random order'}

# The bars. Times: those of bdwgc and of the best allocator over ours at least, ours over the bound's at most.
TIME_BARS = {
    'alloc': (8, 2.5, 1.6),
    'binary-trees': (6, 1.4, 2.5),
    'gcbench': (5, 1.4, None),
    'quads': (6, None, None),
    'splay': (2.2, 1.0, None),
    'lru': (2, 0.8, None),
    'arrays': (2, 1.0, None),
    'strings': (2, 1.0, None),
}
VALIDATE_BAR = 1.3           # quads: the walk over the live tree, over the bound's
LIVE_WORKLOADS = ['fragment', 'lru', 'splay']
LIVE_FACTOR, LIVE_SLACK = 2, 8      # largest resident set at most: live bytes times the one plus the other in MiB
MINOR_P99_BAR, MINOR_MAX_BAR = 1, 3         # ms
WITHOUT_BAR = 1.1            # deep, idle: over the same program without the many roots
MARK_BAR = 1.5               # scale: marking an object, over the bound's, at MARK_MIB
GROWTH_BAR = 1.3             # scale: marking an object at LARGE_MIB over MARK_MIB
MARK_MIB, LARGE_MIB = 1024, 8192

# What every program's line has; other figures are the workload's own.
COMMON = set('''workload peer round side arguments seconds rss_kib check gc_seconds minors majors allocated_bytes
    pause_p50_ms pause_p99_ms pause_max_ms minor_p50_ms minor_p99_ms minor_max_ms'''.split())


def peer_order(peer):
    base = max((p for p in PEERS if peer == p or peer.startswith(p + '-')), key=len, default='')
    return (PEERS.index(base) if base else len(PEERS), peer)


# ---- which turns count ----

def who(turn):
    return turn['peer'] + (f" ({turn['side']})" if 'side' in turn else '')


def failed_ones(turns):
    """Complaints about turns that failed, and the (workload, arguments, peer) that therefore count for nothing."""
    complaints, bad = {}, set()
    for t in turns:
        if 'failed' in t:
            complaints[f"{t['workload']} {t['arguments']} on {who(t)} failed: {t['failed'].strip()}"] = True
            bad.add((t['workload'], t['arguments'], who(t)))
    return list(complaints), bad


def wrong_ones(turns):
    """The same for those that come to another result than most peers. Without a majority, all are wrong."""
    checks = {}
    for t in turns:
        if 'failed' not in t:
            checks.setdefault((t['workload'], t['arguments']), {}).setdefault(who(t), set()).add(t['check'])
    complaints, bad = [], set()
    for (workload, arguments), of in checks.items():
        votes = Counter(next(iter(c)) for c in of.values() if len(c) == 1)
        if len(votes) == 1 and all(len(c) == 1 for c in of.values()):
            continue
        most, count = votes.most_common(1)[0] if votes else (None, 0)
        right = {most} if count * 2 > len(of) else None
        wrong = sorted(p for p, c in of.items() if c != right)
        bad |= {(workload, arguments, p) for p in wrong}
        found = ', '.join(f"{p}: {' and '.join(map(str, sorted(c)))}" for p, c in sorted(of.items()))
        complaints.append(f"{workload} {arguments}: the peers disagree on the result. "
                          f"No figures for {', '.join(wrong)}. Found: {found}")
    return complaints, bad


def sort_out(turns):
    failures, failed = failed_ones(turns)
    disagreements, wrong = wrong_ones(turns)
    bad = failed | wrong
    return [t for t in turns if (t['workload'], t['arguments'], who(t)) not in bad], failures + disagreements


# ---- figures ----

class Results:
    """The turns, by (workload, series, peer). A series is a tuple of what SERIES names: () for most workloads."""

    def __init__(self, turns):
        self.turns = {}
        for t in turns:
            series = tuple(t[name] for name in SERIES.get(t['workload'], ()))
            self.turns.setdefault((t['workload'], series, t['peer']), []).append(t)
        self.workloads = list(dict.fromkeys(key[:2] for key in self.turns))

    def peers(self, workload, series=()):
        return sorted((p for w, s, p in self.turns if (w, s) == (workload, series)), key=peer_order)

    def values(self, workload, peer, figure, series=()):
        turns = self.turns.get((workload, series, peer), [])
        return [t[figure] for t in turns if figure in t]

    def median(self, *key, **more):
        values = self.values(*key, **more)
        return median(values) if values else None

    def rss_mib(self, workload, peer, series=()):
        kib = self.median(workload, peer, 'rss_kib', series=series)
        return None if kib is None else kib / 1024

    def best(self, workload, peers, figure='seconds'):
        found = [m for m in (self.median(workload, p, figure) for p in peers) if m is not None]
        return min(found, default=None)

    def live_mib(self, workload):
        """As the workload reports it, or all that the bound ever had: it keeps nothing but what is live."""
        for peer in PEERS:
            if (live := self.median(workload, peer, 'live_mib')) is not None:
                return live
        return self.rss_mib(workload, 'bound')


def ratio(a, b):
    return None if a is None or not b else a / b


# ---- the bars ----

# One of them: `found` and `limit` are numbers or None; `sense` is '>=', '<=' or '<'.
Bar = namedtuple('Bar', 'workload what sense limit unit found')


def met(bar):
    if bar.found is None or bar.limit is None:
        return None
    return {'>=': bar.found >= bar.limit, '<=': bar.found <= bar.limit, '<': bar.found < bar.limit}[bar.sense]


def time_bars(r, ours):
    for workload, (bdwgc, allocator, bound) in TIME_BARS.items():
        time = r.median(workload, ours, 'seconds')
        yield Bar(workload, "bdwgc's time over ours", '>=', bdwgc, 'x',
                  ratio(r.median(workload, 'bdwgc', 'seconds'), time))
        if allocator:
            yield Bar(workload, "the best allocator's time over ours", '>=', allocator, 'x',
                      ratio(r.best(workload, ALLOCATORS), time))
        if bound:
            yield Bar(workload, "our time over the bound's", '<=', bound, 'x',
                      ratio(time, r.median(workload, 'bound', 'seconds')))
    yield Bar('quads', "our walk over the bound's", '<=', VALIDATE_BAR, 'x',
              ratio(r.median('quads', ours, 'validate_seconds'), r.median('quads', 'bound', 'validate_seconds')))


def memory_bars(r, ours):
    for workload, series in r.workloads:
        if 'bdwgc' in r.peers(workload, series):
            yield Bar(title(workload, series), "our largest resident set over bdwgc's", '<=', 1, 'x',
                      ratio(r.rss_mib(workload, ours, series), r.rss_mib(workload, 'bdwgc', series)))
    for workload in LIVE_WORKLOADS:
        live = r.live_mib(workload)
        limit = None if live is None else LIVE_FACTOR * live + LIVE_SLACK
        what = f'largest resident set, against {LIVE_FACTOR} x live + {LIVE_SLACK} MiB'
        yield Bar(workload, what, '<=', limit, 'MiB', r.rss_mib(workload, ours))


def pause_bars(r, ours):
    for workload, series in r.workloads:
        yield Bar(title(workload, series), 'minor pause, 99th percentile', '<', MINOR_P99_BAR, 'ms',
                  r.median(workload, ours, 'minor_p99_ms', series=series))
        yield Bar(title(workload, series), 'minor pause, longest', '<', MINOR_MAX_BAR, 'ms',
                  r.median(workload, ours, 'minor_max_ms', series=series))
    for workload in ('deep', 'idle'):
        for figure, what in (('churn_seconds', 'churning'), ('minor_p99_ms', 'minor pause, 99th percentile,')):
            yield Bar(workload, f'{what} over the same without', '<=', WITHOUT_BAR, 'x',
                      ratio(r.median(workload, ours, figure), r.median(workload, ours + '-without', figure)))


def scale_bars(r, ours):
    for order, how in ORDERS.items():
        def mark(peer, mib):
            return r.median('scale', peer, 'mark_ns_per_object', series=(mib, order))
        yield Bar('scale', f"marking {MARK_MIB} MiB {how}, over the bound's", '<=', MARK_BAR, 'x',
                  ratio(mark(ours, MARK_MIB), mark('bound', MARK_MIB)))
        yield Bar('scale', f'an object {how} at {LARGE_MIB} MiB over one at {MARK_MIB}', '<', GROWTH_BAR, 'x',
                  ratio(mark(ours, LARGE_MIB), mark(ours, MARK_MIB)))


def bars(r, ours):
    return [bar for kind in (time_bars, memory_bars, pause_bars, scale_bars) for bar in kind(r, ours)]


# ---- text ----

def title(workload, series):
    if workload == 'scale':
        return f'scale, {series[0]} MiB {ORDERS[series[1]]}'
    return ' '.join([workload, *map(str, series)])


def number(value, unit=''):
    if value is None:
        return '-'
    unit = '' if unit == 'x' else unit and ' ' + unit
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 10 else 3 if unit else 2
    return f'{value:.{digits}f}{unit}'


def seconds(value):
    return '-' if value is None else f'{value:.3f}'


def count(value):
    return '-' if value is None else f'{value:.0f}'


def table(heads, rows, texts=1):
    """In Markdown, padded to be read as it stands: the first columns, texts, to the left, the others to the right."""
    lines = [heads] + [[str(cell) for cell in row] for row in rows]
    widths = [max(3, *(len(line[i]) for line in lines)) for i in range(len(heads))]
    lines.insert(1, [('-' * w if i < texts else '-' * (w - 1) + ':') for i, w in enumerate(widths)])
    pad = [str.ljust if i < texts else str.rjust for i in range(len(heads))]
    return ['| ' + ' | '.join(pad[i](cell, widths[i]) for i, cell in enumerate(line)) + ' |' for line in lines]


def summary_table(r):
    peers = PEERS[1:]
    heads = ['workload', 'tenure s', *peers, 'RSS MiB', "bdwgc's", 'minor p99 ms', 'minor max ms']
    rows = []
    for workload, series in r.workloads:
        def of(peer, figure):
            return r.median(workload, peer, figure, series=series)
        ours = of('tenure', 'seconds')
        rows.append([title(workload, series), seconds(ours), *(number(ratio(of(p, 'seconds'), ours)) for p in peers),
                     number(r.rss_mib(workload, 'tenure', series)), number(r.rss_mib(workload, 'bdwgc', series)),
                     number(of('tenure', 'minor_p99_ms')), number(of('tenure', 'minor_max_ms'))])
    return table(heads, rows)


def verdict(bar):
    return {True: 'met', False: 'MISSED', None: 'not measured'}[met(bar)]


def bar_rows(r):
    for bar, handles in zip(bars(r, 'tenure'), bars(r, 'tenure-handles')):
        wanted = f'{bar.sense} {number(bar.limit, bar.unit)}'
        yield [bar.workload, bar.what, wanted, number(bar.found, bar.unit), verdict(bar),
               number(handles.found, handles.unit), verdict(handles)]


def bar_table(r):
    heads = ['workload', 'bar', 'wanted', 'tenure', 'verdict', 'tenure-handles', 'verdict']
    return table(heads, [row for row in bar_rows(r) if not row[4] == row[6] == 'not measured'], texts=2)


def own_figures(r, workload, series):
    keys = {}
    for peer in r.peers(workload, series):
        for t in r.turns[workload, series, peer]:
            given = [a.split('=')[0] for a in t['arguments'].split()]
            keys.update((k, True) for k in t if k not in COMMON and k not in given)
    return list(keys)


def workload_table(r, workload, series):
    own = own_figures(r, workload, series)
    heads = ['peer', 'seconds', 'min - max', 'tenure is x as fast', 'RSS MiB', 'GC s', 'minors', 'majors',
             'minor p50 ms', 'p99', 'max', 'pause p50 ms', 'p99', 'max', 'allocated MiB',
             *(name.replace('_', ' ') for name in own)]
    ours = r.median(workload, 'tenure', 'seconds', series=series)
    rows = []
    for peer in r.peers(workload, series):
        def of(figure): # 0 is what a peer does not do, or does not know
            return r.median(workload, peer, figure, series=series) or None
        times = r.values(workload, peer, 'seconds', series)
        pauses = [number(of(f'{kind}_{which}_ms')) for kind in ('minor', 'pause') for which in ('p50', 'p99', 'max')]
        rows.append([peer, seconds(of('seconds')), f'{min(times):.3f} - {max(times):.3f}',
                     number(ratio(of('seconds'), ours)), number(r.rss_mib(workload, peer, series)),
                     seconds(of('gc_seconds')), count(of('minors')), count(of('majors')), *pauses,
                     number(ratio(of('allocated_bytes'), 2**20)), *(number(of(k)) for k in own)])
    return table(heads, rows)


def report(r, complaints, system, plots):
    lines = ['# Tenure beside others', '', 'How to read this, and what it does not show: bench/README.md.', '']
    lines += ['- ' + line for line in system]
    if complaints:
        lines += ['', '## WRONG OR FAILED', ''] + ['- ' + c.replace('\n', ' ') for c in complaints]
    lines += ['', '## Summary', '', 'Medians. Under a peer: its time over that of tenure, that is, how many times as',
              'fast tenure is. RSS is the largest resident set of the process.', '', *summary_table(r)]
    lines += ['', '## Bars', '', 'The bars are set for full sizes.', '', *bar_table(r)]
    if plots:
        lines += ['', '## Plots', ''] + [f'![{text}]({name}.svg)' for name, text in plots]
    for workload, series in r.workloads:
        lines += ['', f'## {title(workload, series)}', '', *workload_table(r, workload, series)]
    return '\n'.join(lines) + '\n'


# ---- plots ----

def write_columns(path, heads, rows):
    """For gnuplot; '?' is what is not there."""
    with open(path, 'w') as f:
        f.write('# ' + '\t'.join(['x', *heads]) + '\n')
        for row in rows:
            cells = ['?' if cell is None else cell if isinstance(cell, str) else f'{cell:.6g}' for cell in row]
            f.write('\t'.join(cells) + '\n')


def plain_workloads(r):
    return [w for w, series in r.workloads if series == ()]


def by_workload(r, figure):
    """Each peer's figure over ours, a row for each workload."""
    peers = [p for p in PEERS[1:] if any(r.values(w, p, figure) for w in plain_workloads(r))]
    def over_ours(w, p):
        return ratio(r.median(w, p, figure), r.median(w, 'tenure', figure))
    return peers, [[w, *(over_ours(w, p) for p in peers)] for w in plain_workloads(r)]


def pause_rows(r):
    heads = ['minor p99', 'minor max', 'any max', 'bdwgc max']
    keys = [('tenure', 'minor_p99_ms'), ('tenure', 'minor_max_ms'), ('tenure', 'pause_max_ms'),
            ('bdwgc', 'pause_max_ms')]
    return heads, [[w, *(r.median(w, peer, figure) or None for peer, figure in keys)] for w in plain_workloads(r)]


def latency_rows(r):
    """A row for each percentile: op_p50_us, op_p99_us ..., op_max_us."""
    peers = r.peers('lru-latency')
    figures = [k for k in own_figures(r, 'lru-latency', ()) if k.startswith('op_')]
    names = [k[3:-3].replace('p', '', 1) if k != 'op_max_us' else 'max' for k in figures]
    return peers, [[n, *(r.median('lru-latency', p, k) for p in peers)] for n, k in zip(names, figures)]


def fragment_rows(r):
    keys = [('mean', 'footprint_over_live_mean'), ('largest', 'footprint_over_live_max')]
    return [n for n, _ in keys], [[p, *(r.median('fragment', p, k) for _, k in keys)] for p in r.peers('fragment')]


def scale_rows(r, figure, order):
    """A row for each size."""
    sizes = sorted(s[0] for w, s in r.workloads if w == 'scale' and s[1] == order)
    peers = [p for p in PEERS if any(r.values('scale', p, figure, (mib, order)) for mib in sizes)]
    return peers, [[mib, *(r.median('scale', p, figure, series=(mib, order)) for p in peers)] for mib in sizes]


def draw(folder, script, name, data, **variables):
    """data: columns for each file that the script reads."""
    files = []
    for i, (heads, rows) in enumerate(data):
        if not rows or not heads:
            return False
        files.append(os.path.join(folder, f'{name}{i if len(data) > 1 else ""}.dat'))
        write_columns(files[-1], heads, rows)
    variables |= {'files': ' '.join(files), 'peers': ' '.join(data[0][0]) if script != 'pauses' else '',
                  'out': os.path.join(folder, name + '.svg')}
    settings = ''.join(f"{key} = '{value}'; " for key, value in variables.items())
    scripts = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'plots')
    drawn = subprocess.run(['gnuplot', '-e', settings, script + '.gp'], cwd=scripts).returncode == 0
    if not drawn:
        print(f'gnuplot failed: no plot of {name}', file=sys.stderr)
    return drawn


def draw_all(r, folder):
    if not shutil.which('gnuplot'):
        print('There is no gnuplot: no plots.', file=sys.stderr)
        return []
    scale = {f: [scale_rows(r, f, order) for order in ORDERS] for f in ('mark_ns_per_object', 'footprint_over_live')}
    plots = [
        ('time', 'Time over that of tenure', 'ratios', [by_workload(r, 'seconds')], {'what': 'time'}),
        ('memory', 'Largest resident set over that of tenure', 'ratios', [by_workload(r, 'rss_kib')],
         {'what': 'largest resident set'}),
        ('pauses', 'Pauses', 'pauses', [pause_rows(r)], {}),
        ('latency', 'Latency of one operation of lru', 'latency', [latency_rows(r)], {}),
        ('fragment', 'Footprint over live bytes, fragment', 'fragment', [fragment_rows(r)], {}),
        ('scale-mark', 'Time to mark an object, by size', 'scale', scale['mark_ns_per_object'],
         {'what': 'time to mark an object (ns)'}),
        ('scale-footprint', 'Footprint over live bytes, by size', 'scale', scale['footprint_over_live'],
         {'what': 'footprint over live bytes'}),
    ]
    return [(name, text) for name, text, script, data, more in plots if draw(folder, script, name, data, **more)]


# ---- the two uses ----

def read_turns(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


def complain(complaints):
    for c in complaints:
        print('WRONG: ' + c, file=sys.stderr)
    return 1 if complaints else 0


def full_report(folder):
    turns, complaints = sort_out(read_turns(os.path.join(folder, 'latest.jsonl')))
    r = Results(turns)
    with open(os.path.join(folder, 'system.txt')) as f:
        system = f.read().splitlines()
    plots = draw_all(r, os.path.abspath(folder))
    path = os.path.join(folder, 'report.md')
    with open(path, 'w') as f:
        f.write(report(r, complaints, system, plots))
    print('\n'.join(summary_table(r)))
    measured = [row for row in bar_rows(r) if row[4] != 'not measured']
    missed = [row for row in measured if row[4] == 'MISSED']
    print(f'\nBars met: {len(measured) - len(missed)} of {len(measured)} measured.')
    for workload, what, wanted, found, *_ in missed:
        print(f'MISSED: {workload}: {what}: {found}, wanted {wanted}')
    print(f'The whole report is {path}.')
    return complain(complaints)


def pairs_of(turns):
    """(what, peer) -> a list of pairs of turns (rev, tree)."""
    found = {}
    for t in turns:
        series = tuple(t[name] for name in SERIES.get(t['workload'], ()))
        key = (title(t['workload'], series), t['peer'])
        found.setdefault(key, {}).setdefault(t['round'], {})[t['side']] = t
    for key, rounds in found.items():
        both = [(sides['rev'], sides['tree']) for sides in rounds.values() if len(sides) == 2]
        if both:
            yield key, both


def pair_report(path):
    turns, complaints = sort_out(read_turns(path))
    rows = []
    for (what, peer), both in pairs_of(turns):
        times = [rev['seconds'] / tree['seconds'] for rev, tree in both]
        sizes = [rev['rss_kib'] / tree['rss_kib'] for rev, tree in both]
        rows.append([what, peer, *(seconds(median(pair[side]['seconds'] for pair in both)) for side in (0, 1)),
                     number(median(times)), f'{min(times):.2f} - {max(times):.2f}',
                     number(median(sizes)), f'{min(sizes):.2f} - {max(sizes):.2f}'])
    heads = ['workload', 'peer', 'REV s', 'tree s', 'REV/tree', 'min - max', 'RSS REV/tree', 'min - max']
    print('\n'.join(table(heads, rows, texts=2)))
    return complain(complaints)


if __name__ == '__main__':
    if len(sys.argv) == 3 and sys.argv[1] == '--pairs':
        sys.exit(pair_report(sys.argv[2]))
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(full_report(sys.argv[1]))

# A figure against the size of the live graph, whose objects lie in the order of the links, or in a random one.
load 'common.gp'

set terminal svg size 1200,520
set multiplot layout 1,2
set xlabel 'live (MiB)'
set ylabel what
set logscale x 2
set yrange [0:*]
set format x '%.0f'
set offsets graph 0.03, graph 0.03, graph 0.1, 0
do for [order = 1:2] {
    set title order == 1 ? 'linked in order of allocation' : 'linked in random order'
    plot for [i = 1:words(peers)] word(files, order) using 1:(column(i + 1)) with linespoints lw 2 pt 7 ps 0.7 \
             lc rgb color(word(peers, i)) title word(peers, i)
}

# How long one operation of the cache takes, by percentile.
load 'common.gp'

n = words(peers)
set ylabel 'latency of an operation (us)'
set xlabel 'percentile of the operations'
set logscale y
set grid mytics
stats files using 0 nooutput
set xrange [-0.5:STATS_max + 0.5]

plot for [i = 1:n] files using 0:(column(i + 1)):xtic(1) with linespoints lw 2 pt 7 ps 0.7 \
         lc rgb color(word(peers, i)) title word(peers, i)

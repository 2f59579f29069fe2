# What a peer occupies for each byte that is held, when the sizes that are asked for keep changing.
load 'common.gp'

set ylabel 'resident set / live bytes'
set yrange [0:*]
set xtics scale 0
stats files using 0 nooutput
set xrange [-0.5:STATS_max + 0.5]
set offsets 0, 0, graph 0.08, 0
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead lc rgb '#404040' lw 1.2 front

plot files using ($0 - 0.17):2:(0.3):xtic(1) with boxes lc rgb '#56b4e9' title 'mean of the phases', \
     files using ($0 + 0.17):3:(0.3) with boxes lc rgb '#0072b2' title 'largest', \
     files using ($0 - 0.17):2:(sprintf('%.2f', $2)) with labels offset 0, 0.7 notitle, \
     files using ($0 + 0.17):3:(sprintf('%.2f', $3)) with labels offset 0, 0.7 notitle

# The pauses, by workload, and what those of minor collections should stay below.
load 'common.gp'

set ylabel 'pause (ms)'
set logscale y
set grid mytics
stats files using 0 nooutput
set xrange [-0.5:STATS_max + 0.5]
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead dt 2 lw 1.2 lc rgb '#e69f00'
set arrow 2 from graph 0, first 3 to graph 1, first 3 nohead dt 2 lw 1.2 lc rgb '#d55e00'

plot files using 0:2:xtic(1) with points pt 7 ps 1.1 lc rgb '#e69f00' \
         title 'tenure, minor: 99 % are shorter (bar: 1 ms)', \
     files using 0:3 with points pt 9 ps 1.2 lc rgb '#d55e00' title 'tenure, minor: longest (bar: 3 ms)', \
     files using 0:4 with points pt 5 ps 0.8 lc rgb '#404040' title 'tenure, any kind: longest', \
     files using 0:5 with points pt 13 ps 1.2 lc rgb '#0072b2' title 'bdwgc: longest'

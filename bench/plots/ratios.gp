# Each peer's figure over tenure's, by workload: above the line tenure needs less, below it more. Logarithmic, so that
# twice and half are equally far; drawn as logarithms, because boxes begin at 0.
load 'common.gp'

n = words(peers)
width = 1.0 / (n + 1.2)
at(i) = column(0) + (i - (n + 1) / 2.0) * width
up(x) = x < 1 ? NaN : log2(x)
down(x) = x < 1 ? log2(x) : NaN
text(x) = x < 0.995 ? sprintf('%.2f', x) : x < 9.95 ? sprintf('%.1f', x) : sprintf('%.0f', x)

set ylabel what.' of the peer / of tenure (above 1, tenure needs less)'
set ytics ('1/16' -4, '1/8' -3, '1/4' -2, '1/2' -1, '1' 0, '2' 1, '4' 2, '8' 3, '16' 4, '32' 5, '64' 6, '128' 7)
set xtics scale 0
stats files using 0 nooutput
set xrange [-0.65:STATS_max + 0.65]
set offsets 0, 0, graph 0.1, graph 0.1
set arrow 1 from graph 0, first 0 to graph 1, first 0 nohead lc rgb '#404040' lw 1.2 back

plot files using 0:(0):xtic(1) with dots lc rgb '#404040' notitle, \
     for [i = 1:n] files using (at(i)):(log2(column(i + 1))):(width * 0.92) with boxes \
         lc rgb color(word(peers, i)) title word(peers, i), \
     for [i = 1:n] files using (at(i)):(up(column(i + 1))):(text(column(i + 1))) with labels left offset 0, 0.3 \
         rotate by 90 font ',10' textcolor rgb '#404040' notitle, \
     for [i = 1:n] files using (at(i)):(down(column(i + 1))):(text(column(i + 1))) with labels right offset 0, -0.3 \
         rotate by 90 font ',10' textcolor rgb '#404040' notitle

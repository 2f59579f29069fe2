# What the plots share. report.py sets: files (columns), peers, out, and what a script asks for beside.

set terminal svg size 1200,560 font 'sans-serif,14' background rgb 'white'
set output out
set datafile separator '\t'
set datafile missing '?'
set border 3 lc rgb '#404040'
set tics nomirror out textcolor rgb '#202020'
set grid y lc rgb '#d8d8d8' lt 1 lw 0.7
set style fill solid 0.9 noborder
set key outside top center horizontal Left reverse samplen 1.5 spacing 1.2

# A peer has the same colour everywhere (after Okabe and Ito: told apart by colour-blind readers too).
color(peer) = peer eq 'tenure'         ? 0xd55e00 : \
              peer eq 'tenure-handles' ? 0xe69f00 : \
              peer eq 'bdwgc'          ? 0x0072b2 : \
              peer eq 'malloc'         ? 0x009e73 : \
              peer eq 'mimalloc'       ? 0x56b4e9 : \
              peer eq 'jemalloc'       ? 0xcc79a7 : \
              peer eq 'bound'          ? 0x808080 : 0x000000
log2(x) = log(x) / log(2)

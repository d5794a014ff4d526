cat <<-END >plot.gp
	set terminal png size 800,600
	plot "< awk '{ print $1 }' data.txt" with lines
	END
gnuplot plot.gp

Rscript --vanilla -e 'x <- read.csv("a.csv"); y <- x[x$a > 0 & x$b < 1, ]; write.csv(y, "b.csv")'

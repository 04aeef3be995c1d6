"""Turn a checked site into what people read of it. Pure: values in, text or bytes out.

`text` groups diagnostics by document and office, `facts` counts what a 体检报告 says, `page` and `tables` write it as
HTML and xlsx, `coverage` says what no build can see. Nothing is imported here: a plain check loads but a little of it.
"""

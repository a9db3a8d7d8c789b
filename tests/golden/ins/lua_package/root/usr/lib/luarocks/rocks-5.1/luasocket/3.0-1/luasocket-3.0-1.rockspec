package = "LuaSocket"
version = "3.0-1"
source = {
   url = "git://example.org/luasocket.git",
}
description = {
   license = "MIT", -- as it was then
   homepage = "http://example.org/"
}
dependencies = {
   "lua >= 5.1"
}
build = { type = "builtin", version = "not this one" }

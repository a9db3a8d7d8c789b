#!/bin/sh
DBUSER=collector
DBPASS="Stat5-collect"
curl -s -u $DBUSER:$DBPASS http://192.168.77.9/collect -d @/tmp/stat

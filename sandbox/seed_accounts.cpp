#include "sandbox/seed_accounts.h"

namespace lockstep::sandbox {

namespace {

constexpr SeedAccount accounts[] = {
    {"Brückner & Töchter Fördertechnik GmbH", "brueckner-toechter.example", "Lindenhofweg 12", "70563", "Stuttgart", "BW", "Germany", "EUR"},
    {"Nordmeer Hydraulik AG", "nordmeer-hydraulik.example", "Speicherstraße 4a", "20457", "Hamburg", "HH", "Germany", "EUR"},
    {"Weißenfels Kältemaschinen GmbH & Co. KG", "weissenfels-kaelte.example", "Am Eishaus 7\nHalle 3", "06667", "Weißenfels", "ST", "Deutschland", "EUR"},
    {"Überwald Papierfabrik", "ueberwald-papier.example", "Mühlgraben 1", "83684", "Tegernsee", "BY", "Deutschland", "EUR"},
    {"Gebrüder Äpfelbaum Kelterei", "aepfelbaum.example", "Obstmarkt 19", "60311", "Frankfurt am Main", "HE", "Germany", "EUR"},
    {"Rheintal Pumpenservice", "rheintal-pumpen.example", "Uferstraße 88", "56068", "Koblenz", "RP", "Germany", "EUR"},
    {"Ostsee Werft Zulieferungen GmbH", "ostsee-zulieferung.example", "Kai 14, Tor 2", "18147", "Rostock", "MV", "Germany", "EUR"},
    {"Sächsische Turbinenwerke Mittelburg", "turbinen-mittelburg.example", "Turbinenallee 3", "09111", "Chemnitz", "SN", "Germany", "EUR"},
    {"Klärwerk-Zweckverband Unteres Lahnbecken und angrenzende Gemeinden", "zv-lahnbecken.example", "Klärwerkstraße 1", "35578", "Wetzlar", "HE", "Germany", "EUR"},
    {"Vereinigte Süddeutsche Maschinen- und Apparatebau-Gesellschaft für industrielle Wasseraufbereitung mbH", "vsma.example", "Industriestraße 101\nGebäude 5\n3. Stock", "86159", "Augsburg", "BY", "Germany", "EUR"},
    {"Bodensee Filtertechnik", "bodensee-filter.example", "Hafenplatz 6", "88045", "Friedrichshafen", "BW", "Germany", "EUR"},
    {"Kupferhütte Eisleben Nachf.", "kupferhuette.example", "Hüttenweg 22", "06295", "Lutherstadt Eisleben", "ST", "Germany", "EUR"},
    {"Isarwerk Dosieranlagen", "isarwerk.example", "Flößergasse 9", "81369", "München", "BY", "Germany", "EUR"},
    {"Zollverein Ventilhandel 1849", "zollverein-ventil.example", "Gelsenkirchener Straße 181", "45309", "Essen", "NW", "Germany", "EUR"},
    {"Moselland Weinpressen eG", "moselland-pressen.example", "Kellereiweg 2", "54470", "Bernkastel-Kues", "RP", "Germany", "EUR"},
    {"Alpenglück Seilbahnbau GmbH", "alpenglueck.example", "Gletscherblick 40", "6020", "Innsbruck", "Tirol", "Austria", "EUR"},
    {"Donaustrom Kraftwerke AG", "donaustrom.example", "Wehrgasse 11", "3400", "Klosterneuburg", "NÖ", "Österreich", "EUR"},
    {"Steirische Salinenbetriebe", "steirische-salinen.example", "Salzamt 5", "8990", "Bad Aussee", "Steiermark", "Austria", "EUR"},
    {"Großglockner Quellwasser", "glockner-quellwasser.example", "Quellenweg 77", "9844", "Heiligenblut", "Kärnten", "Österreich", "EUR"},
    {"Wiener Rohrpost & Söhne", "rohrpost-soehne.example", "Praterzeile 33/7", "1020", "Wien", "Wien", "Austria", "EUR"},
    {"Zürichberg Präzisionsventile AG", "zuerichberg-ventile.example", "Spindelstrasse 14", "8041", "Zürich", "ZH", "Switzerland", "EUR"},
    {"Jura Hydro SA", "jura-hydro.example", "Rue de l'Écluse 3", "2800", "Delémont", "JU", "Schweiz", "EUR"},
    {"Berner Oberland Schneeanlagen", "bo-schnee.example", "Gletscherstrasse 8", "3818", "Grindelwald", "BE", "Switzerland", "EUR"},
    {"Rhône Chimie Fictive SARL", "rhone-chimie.example", "12, quai de l'Industrie", "69007", "Lyon", "", "France", "EUR"},
    {"Société d'Équipements Hydrauliques du Val d'Azur", "seh-valdazur.example", "Zone d'activités des Oliviers\nBâtiment C", "06560", "Valbonne", "", "France", "EUR"},
    {"Bretagne Aquaculture Marine", "bretagne-aqua.example", "4, rue du Phare", "29900", "Concarneau", "", "France", "EUR"},
    {"Forges de l'Étang Bleu", "forges-etang.example", "Chemin des Forges 1", "57100", "Thionville", "", "France", "EUR"},
    {"Papeteries d'Entraigues-le-Haut", "papeteries-entraigues.example", "Route du Moulin", "84320", "Entraigues", "", "France", "EUR"},
    {"Officina Idraulica Bellariva S.p.A.", "bellariva.example", "Via dei Mulini 18", "25121", "Brescia", "BS", "Italy", "EUR"},
    {"Cantieri Navali Portochiaro", "portochiaro.example", "Molo Vecchio 2", "16126", "Genova", "GE", "Italy", "EUR"},
    {"Aguas del Llano Seco, S.A.", "llanoseco.example", "Calle del Pozo 45", "28013", "Madrid", "", "Spain", "EUR"},
    {"Dijkwacht Gemalen B.V.", "dijkwacht.example", "Sluisweg 9", "3011 AA", "Rotterdam", "", "Netherlands", "EUR"},
    {"Polder & Zee Baggerwerken", "polder-zee.example", "Havenhoofd 1", "4380 AB", "Vlissingen", "", "The Netherlands", "EUR"},
    {"Brabo Chemie NV", "brabochemie.example", "Scheldekaai 210", "2030", "Antwerpen", "", "Belgium", "EUR"},
    {"Suomen Sahalaitos Oy", "sahalaitos.example", "Tukkitie 5", "33100", "Tampere", "", "Finland", "EUR"},
    {"O'Rourke's Distillery Equipment Ltd", "orourke-equipment.example", "2 Cooper's Lane", "T12 X70A", "Cork", "", "Ireland", "EUR"},
    {"O'Malley Marsh Drainage Ltd", "omalley-marsh.example", "Unit 4, St. Brendan's Quay", "DE21 4XX", "Derby", "", "United Kingdom", "GBP"},
    {"Thames & Severn Lock Works", "ts-lockworks.example", "Lockkeeper's Cottage\nCanal Road", "GL5 2XX", "Stroud", "", "United Kingdom", "GBP"},
    {"Highland Spring Pumping Co.", "highland-pumping.example", "Glen View 3", "PH1 5XX", "Perth", "", "UK", "GBP"},
    {"Fenland Sluice & Weir plc", "fenland-sluice.example", "Dyke End", "PE13 1XX", "Wisbech", "", "Great Britain", "GBP"},
    {"Aberllan Slate Quarries", "aberllan-slate.example", "Incline Terrace", "LL41 3XX", "Blaenau", "", "United Kingdom", "GBP"},
    {"Marlowe, Finch & Partners Process Engineering", "marlowe-finch.example", "221 Foundry Street", "M1 2XX", "Manchester", "", "United Kingdom", "GBP"},
    {"Solent Desalination Ltd", "solent-desal.example", "Western Docks, Gate 8", "SO15 1XX", "Southampton", "", "United Kingdom", "GBP"},
    {"Prairie Wind Irrigation Inc.", "prairie-irrigation.example", "1400 Grain Elevator Rd", "67501", "Hutchinson", "KS", "United States", "USD"},
    {"Lakeshore Brewing Supply LLC", "lakeshore-supply.example", "77 Harbor Ave, Suite 200", "53202", "Milwaukee", "WI", "USA", "USD"},
    {"Copper Canyon Mining Services", "coppercanyon.example", "9 Headframe Way", "85501", "Globe", "AZ", "United States", "USD"},
    {"D'Angelo Brothers Food Machinery", "dangelo-food.example", "3100 Packing House Row", "60609", "Chicago", "IL", "United States", "USD"},
    {"Gulf Bend Refining Maintenance, Inc.", "gulfbend.example", "Refinery Road 12\nBldg. 7", "77705", "Beaumont", "TX", "USA", "USD"},
    {"Evergreen & Tide Paper Mills", "evergreen-tide.example", "500 Mill Pond Drive", "98632", "Longview", "WA", "United States of America", "USD"},
    {"Old Harbor Shipfitters #9", "harbor9.example", "Pier 9", "02129", "Boston", "MA", "United States", "USD"},
    {"Big Sky Water + Power Cooperative", "bigskywp.example", "Route 2 Box 16", "59401", "Great Falls", "MT", "United States", "USD"},
    {"Silverlode Semiconductor Utilities", "silverlode.example", "2200 Cleanroom Blvd", "83702", "Boise", "ID", "United States", "USD"},
    {"Marais Sugar Works", "marais-sugar.example", "18 Cane Field Ln", "70560", "New Iberia", "LA", "United States", "USD"},
    {"Aozora Seimitsu Kogyo KK", "aozora-seimitsu.example", "Kita-machi 2-14-6", "460-0008", "Nagoya", "Aichi", "Japan", "JPY"},
    {"Minato Reizo Service KK", "minato-reizo.example", "Futo 1-1", "231-0023", "Yokohama", "Kanagawa", "Japan", "JPY"},
    {"Škerlj Hidravlika d.o.o.", "skerlj-hidravlika.example", "Kovaška ulica 6", "4000", "Kranj", "", "Slovenia", "EUR"},
    {"Łódzkie Zakłady Pomp Sp. z o.o.", "lodzkie-pompy.example", "ul. Fabryczna 21", "90-341", "Łódź", "", "Poland", "EUR"},
    {"Verwaiste Anlagen GmbH", "", "Stillstandsweg 1", "39104", "Magdeburg", "ST", "Germany", "EUR"},
    {"Polyphase Werkzeugbau KG", "polyphase.example", "Drehstrom 3", "90402", "Nürnberg", "BY", "Germany", "EUR"},
    {"Atlantis Offshore Ltd", "atlantis-offshore.example", "Trident Plaza 1", "00000", "Poseidonis", "", "Atlantis", "USD"},
};

}  // namespace

std::span<const SeedAccount> seed_accounts() { return accounts; }

}  // namespace lockstep::sandbox

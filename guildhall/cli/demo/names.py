"""Names that people of Southern California have, from many places; no list of real persons."""
# ruff: noqa: SIM905 - two hundred quoted names would hide the names

FIRST_NAMES = (
    "Aaliyah Adrian Aisha Alejandra Amara Andre Angela Anh Arjun Armen Beatriz Benjamin Bilal Camila Carlos Cecilia "
    "Chidi Claire Daniela Darnell David Deepa Diego Dmitri Ebony Eduardo Elena Emeka Esther Fatima Felipe Gabriela "
    "Grace Guadalupe Hana Hassan Hector Hiroshi Ibrahim Imani Irina Isaac Jamal Jasmine Javier Ji-woo Jorge Josefina "
    "Kalani Karen Keisha Kenji Khalid Kwame Lakshmi Leilani Liam Linh Lucia Luis Mahsa Malik Maria Mateo Maya Mei "
    "Miguel Minh Miriam Naomi Nasrin Nikhil Noah Nora Olu Omar Oscar Pablo Patrice Pedro Quan Rachel Rafael Rania "
    "Rosa Ruth Samir Santiago Sarah Sione Sofia Svetlana Tariq Teresa Thuy Tyrone Valentina Victor Wei Xavier Yara "
    "Yolanda Yusuf Zainab Zoe"
).split()
LAST_NAMES = (
    "Abebe Adeyemi Aguilar Ahmed Ali Anderson Avetisyan Banerjee Barrera Bautista Brooks Campbell Castillo Chavez Chen "
    "Chukwu Cohen Cruz Das Delgado Diaz Do Dominguez Edwards Escobar Fernandez Flores Garcia Ghorbani Gonzales Grigoryan "
    "Gupta Guzman Haddad Hakobyan Hernandez Hoang Huang Hussein Ibarra Islam Ito Jackson Jimenez Johnson Kaur Khan Kim "
    "Kowalski Kumar Le Lee Levy Lim Lin Lopez Mahmoud Martinez Medina Mendoza Mensah Miller Mitchell Molina Morales "
    "Nakamura Navarro Ng Nguyen Novak Nunez Obi Ochoa Okoye Ortega Osei Park Patel Perez Petrov Pham Pineda Ramirez "
    "Reyes Rivera Robinson Romero Rosenberg Ruiz Salazar Sanchez Santos Sato Shah Sharma Silva Singh Soto Suzuki "
    "Taylor Thompson Torres Tran Vargas Vasquez Vu Washington Watanabe White Wong Yamamoto Yang Zhang"
).split()
STREETS = (
    "Adams Avenue|Beech Street|Cabrillo Street|Canyon Road|Cedar Street|Del Mar Avenue|Elm Street|Fern Street|Grape Street|"
    "Hawthorn Street|Ivy Street|Juniper Street|La Mesa Boulevard|Laurel Street|Mission Avenue|Nutmeg Street|Olive Street|"
    "Palm Avenue|Quince Street|Redwood Street|Sunset Drive|Thorn Street|Upas Street|Valley View Drive|Walnut Avenue"
).split("|")
